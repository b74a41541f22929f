"""What reports make of a case: one for each thing, its clock, and who is told."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.lifecycle import CaseState
from accounts.models import Case, CaseEvent, Notification, Report, User
from accounts.models.safety import CLOCKS, SERIOUS, ReportReason
from accounts.registries import safety
from accounts.services import reports
from accounts.services.reports import ReportError
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from feed.models import Question
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory
from tests.factories.safety import CaseFactory, lead, moderator, reported, taken

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The pairs whose messages were stopped."""
    pairs: list[tuple[int, int]] = []
    monkeypatch.setattr(safety, "_freezes", [lambda one, other: pairs.append((one, other))])
    return pairs


def told(kind: str) -> set[User]:
    return {row.user for row in Notification.objects.filter(kind=kind).select_related("user")}


def reminders() -> list[tuple[str, datetime]]:
    return list(
        Outbox.objects.filter(kind="accounts.case_due").order_by("pk").values_list("ref", "run_after")
    )


# --- One case for one thing


@pytest.mark.django_db
def test_a_second_person_joins_the_case_and_hastens_it(frozen: list[tuple[int, int]]) -> None:
    question, second = QuestionFactory.create(), UserFactory.create()
    slow = reported(ReportReason.SPAM, question=question, now=NOW)
    quick = reported(ReportReason.SAFETY, question=question, by=second, now=NOW)
    case = Case.objects.get()
    assert {slow.case, quick.case} == {case}
    assert (case.is_serious, case.due_at) == (True, NOW + HOUR)
    assert frozen == [(second.pk, question.asker_id)]


@pytest.mark.django_db
def test_a_slower_reason_leaves_the_clock_alone_and_tells_nobody_anew() -> None:
    question, boss = QuestionFactory.create(), lead()
    reported(ReportReason.SAFETY, question=question, now=NOW)
    reported(ReportReason.SPAM, question=question, now=NOW)
    case = Case.objects.get()
    assert (case.is_serious, case.due_at, len(reminders())) == (True, NOW + HOUR, 1)
    assert Notification.objects.filter(user=boss).count() == 1


@pytest.mark.django_db
def test_each_serious_report_stops_the_messages_of_its_pair(frozen: list[tuple[int, int]]) -> None:
    question, people = QuestionFactory.create(), UserFactory.create_batch(2)
    for person in people:
        reported(ReportReason.UNCOMFORTABLE, question=question, by=person, now=NOW)
    reported(ReportReason.MONEY, question=question, now=NOW)
    assert frozen == [(person.pk, question.asker_id) for person in people]


@pytest.mark.django_db
def test_a_serious_report_about_nobody_stops_nothing(frozen: list[tuple[int, int]]) -> None:
    question = QuestionFactory.create()
    CaseFactory.create(target_id=str(question.pk), about=None)
    reported(ReportReason.SAFETY, question=question)
    assert frozen == []


@pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "mentors", "learner_series", "feed", "breakthru.outbox"]
)
def test_people_who_report_at_the_same_moment_share_one_case() -> None:
    question, people = QuestionFactory.create(), UserFactory.create_batch(4)
    gate, cases = threading.Barrier(4), []

    def post(person: User) -> None:
        gate.wait()
        try:
            cases.append(reported(ReportReason.SPAM, question=question, by=person, now=NOW).case_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(cases), set(cases)) == (4, {Case.objects.get().pk})
    assert CaseEvent.objects.filter(note="Opened.").count() == 1


@pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "mentors", "learner_series", "feed", "breakthru.outbox"]
)
def test_reports_of_one_person_at_the_same_moment_count_against_one_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "REPORTS_A_DAY", 2)
    person, questions = UserFactory.create(), QuestionFactory.create_batch(6)
    gate, refused = threading.Barrier(len(questions)), []

    def post(question: Question) -> None:
        gate.wait()
        try:
            reported(ReportReason.SPAM, question=question, by=person, now=NOW)
        except ReportError:
            refused.append(question)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Report.objects.filter(reporter=person).count(), len(refused)) == (2, 4)


# --- Who is told


@pytest.mark.django_db
def test_moderators_are_told_of_a_case() -> None:
    first, second, boss = moderator(), moderator(), lead()
    made = reported(ReportReason.SPAM)
    row = Notification.objects.get(user=first)
    assert (row.path, row.words) == (
        f"/admin/accounts/case/{made.case_id}/change/",
        {"what": "question", "why": "Spam"},
    )
    assert told("accounts.case_opened") == {first, second}
    assert Notification.objects.filter(user=boss).count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("reason", sorted(SERIOUS))
def test_the_safeguarding_lead_is_told_of_a_serious_case(reason: ReportReason) -> None:
    moderator()
    boss = lead()
    reported(reason)
    assert (told("accounts.case_serious"), told("accounts.case_opened")) == ({boss}, set())


@pytest.mark.django_db
def test_the_safeguarding_lead_is_told_when_a_case_becomes_serious() -> None:
    question, helper, boss = QuestionFactory.create(), moderator(), lead()
    reported(ReportReason.SPAM, question=question)
    reported(ReportReason.SEXUAL, question=question)
    assert (told("accounts.case_opened"), told("accounts.case_serious")) == ({helper}, {boss})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slow", "quick", "kind"),
    [
        (ReportReason.SPAM, ReportReason.HARASSMENT, "accounts.case_opened"),
        (ReportReason.UNCOMFORTABLE, ReportReason.SAFETY, "accounts.case_serious"),
    ],
)
def test_staff_are_told_anew_when_a_case_gets_a_shorter_clock(
    slow: ReportReason, quick: ReportReason, kind: str
) -> None:
    question = QuestionFactory.create()
    moderator()
    lead()
    for reason in (slow, quick):
        reported(reason, question=question, now=NOW)
    words = Notification.objects.filter(kind=kind).order_by("pk").values_list("words__why", flat=True)
    assert list(words) == [slow.label, quick.label]


@pytest.mark.django_db
def test_who_is_reported_and_who_reports_are_not_told_as_staff() -> None:
    reporter, about, other = moderator(), moderator(), moderator()
    reported(ReportReason.SPAM, by=reporter, question=QuestionFactory.create(asker=about))
    assert told("accounts.case_opened") == {other}


@pytest.mark.django_db
def test_without_anybody_in_the_group_the_admins_are_told() -> None:
    about = moderator()
    admin = UserFactory.create(is_staff=True, is_superuser=True)
    moderator_who_left = moderator()
    User.objects.filter(pk=moderator_who_left.pk).update(is_staff=False)
    reported(ReportReason.SPAM, question=QuestionFactory.create(asker=about))
    assert told("accounts.case_opened") == {admin}


@pytest.mark.django_db
def test_who_looks_at_the_case_is_told_of_another_report() -> None:
    question, helper = QuestionFactory.create(), moderator()
    taken(reported(ReportReason.SPAM, question=question).case, helper)
    reported(ReportReason.SPAM, question=question)
    assert told("accounts.case_words") == {helper}


@pytest.mark.django_db
def test_a_case_goes_back_when_it_becomes_too_serious_for_who_has_it() -> None:
    question, helper = QuestionFactory.create(), moderator()
    taken(reported(ReportReason.SPAM, question=question).case, helper)
    reported(ReportReason.SAFETY, question=question)
    case = Case.objects.get()
    assert (case.state, case.assignee) == (CaseState.OPEN, None)
    assert told("accounts.case_words") == set()
    event = CaseEvent.objects.first()
    assert event is not None
    assert (event.by, event.source, event.target) == (None, "assigned", "open")


@pytest.mark.django_db
def test_a_case_stays_with_who_may_have_it_when_it_becomes_serious() -> None:
    question, boss = QuestionFactory.create(), lead()
    taken(reported(ReportReason.SPAM, question=question).case, boss)
    reported(ReportReason.SAFETY, question=question)
    case = Case.objects.get()
    assert (case.state, case.assignee) == (CaseState.ASSIGNED, boss)


# --- The clock


@pytest.mark.django_db
def test_each_clock_has_one_reminder_at_its_end() -> None:
    question = QuestionFactory.create()
    case = reported(ReportReason.SPAM, question=question, now=NOW).case
    reported(ReportReason.SPAM, question=question, now=NOW)
    reported(ReportReason.SAFETY, question=question, now=NOW)
    ends = [NOW + CLOCKS[reason] for reason in (ReportReason.SPAM, ReportReason.SAFETY)]
    assert reminders() == [(f"{case.pk}:{int(end.timestamp())}", end) for end in ends]


def _ring(position: int = 0) -> None:
    row = Outbox.objects.filter(kind="accounts.case_due").order_by("pk")[position]
    Outbox.objects.filter(pk=row.pk).update(run_after=timezone.now(), done_at=None)
    assert deliver(row.pk) is True


@pytest.mark.django_db
@pytest.mark.parametrize("is_taken", [False, True])
def test_undecided_at_its_end_the_lead_and_the_admins_are_told_once(is_taken: bool) -> None:
    boss, admin = lead(), UserFactory.create(is_staff=True, is_superuser=True)
    helper = moderator()
    case = reported(ReportReason.SPAM).case
    if is_taken:
        taken(case, helper)
    _ring()
    _ring()
    assert told("accounts.case_due") == {boss, admin}
    assert Notification.objects.filter(kind="accounts.case_due").count() == 2


@pytest.mark.django_db
def test_decided_in_time_nobody_is_reminded() -> None:
    lead()
    reported(ReportReason.SPAM)
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="corrected")
    _ring()
    assert told("accounts.case_due") == set()


@pytest.mark.django_db
def test_a_clock_that_was_replaced_reminds_nobody() -> None:
    question = QuestionFactory.create()
    lead()
    reported(ReportReason.SPAM, question=question, now=NOW)
    reported(ReportReason.MONEY, question=question, now=NOW)
    _ring(0)
    assert told("accounts.case_due") == set()


@pytest.mark.django_db
def test_who_is_reported_is_not_reminded_of_the_case() -> None:
    about, boss = lead(), lead()
    reported(ReportReason.SPAM, question=QuestionFactory.create(asker=about))
    _ring()
    assert told("accounts.case_due") == {boss}
