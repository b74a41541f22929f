"""Cases, reports and sanctions."""

import uuid
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone

from accounts.models import Case, Report, Sanction, User
from accounts.models.safety import ReportReason, SanctionKind
from accounts.services.cases import take_case
from accounts.services.reports import report
from accounts.services.sanctions import sanction
from tests.factories.people import UserFactory, staff
from tests.factories.questions import QuestionFactory


class CaseFactory(factory.django.DjangoModelFactory[Case]):
    """An open case about somebody, due in two days."""

    class Meta:
        model = Case

    target_kind = "question"
    # The number of no question that a test makes.
    target_id = factory.Sequence(lambda n: str(1_000_000 + n))
    about = factory.SubFactory(UserFactory)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))


class ReportFactory(factory.django.DjangoModelFactory[Report]):
    """A report in a case of its own."""

    class Meta:
        model = Report

    case = factory.SubFactory(CaseFactory)
    reporter = factory.SubFactory(UserFactory)
    reason = ReportReason.HARMFUL_ADVICE


class SanctionFactory(factory.django.DjangoModelFactory[Sanction]):
    """A word from staff, given a moment ago."""

    class Meta:
        model = Sanction

    user = factory.SubFactory(UserFactory)
    kind = SanctionKind.NOTE
    reason = "Please leave out names of patients."
    by = factory.SubFactory(UserFactory)


def moderator() -> User:
    """Somebody who may look at cases that are not serious."""
    return staff("moderator")


def lead() -> User:
    """Somebody who may look at every case and decide about people."""
    return staff("safeguarding lead")


def reported(reason: ReportReason = ReportReason.HARMFUL_ADVICE, **fields: Any) -> Report:
    """A report of a question, made through the service."""
    question = fields.pop("question", None) or QuestionFactory.create()
    given = {
        "by": fields.pop("by", None) or UserFactory.create(),
        "text": "",
        "now": timezone.now(),
        **fields,
    }
    return report(token=uuid.uuid4(), kind="question", target_id=str(question.pk), reason=reason, **given)


def taken(case: Case, by: User | None = None) -> Case:
    """The case, looked at by `by` or a new safeguarding lead."""
    take_case(by=by or lead(), case=case, now=timezone.now())
    return Case.objects.select_related("assignee").get(pk=case.pk)


def admin() -> User:
    """Somebody who may do everything."""
    made: User = UserFactory.create(is_staff=True, is_superuser=True)
    return made


def sanctioned(kind: SanctionKind = SanctionKind.SUSPENDED, **fields: Any) -> Sanction:
    """A sanction for good by a new safeguarding lead, given through the service."""
    given: dict[str, Any] = {
        "by": fields.pop("by", None) or lead(),
        "user": fields.pop("user", None) or UserFactory.create(),
        "reason": "You asked others for money.",
        "until": None,
        "now": timezone.now(),
    }
    return sanction(kind=kind, **{**given, **fields})
