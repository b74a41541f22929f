"""A person asks for another look at what was decided about them."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notification, Sanction, User
from accounts.models.safety import SanctionKind
from accounts.permissions import can_decide_appeal
from accounts.services.sanctions import (
    MAX_ANSWER,
    MAX_APPEAL,
    SanctionError,
    appeal,
    decide_appeal,
    lift,
)
from tests.factories.people import UserFactory
from tests.factories.safety import SanctionFactory, admin, lead, moderator, sanctioned

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
SUSPENDED, REMOVED, NOTE = SanctionKind.SUSPENDED, SanctionKind.REMOVED, SanctionKind.NOTE
give = partial(sanctioned, now=NOW)


def audit() -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(target__startswith="accounts.user:").order_by("pk")
    return list(rows.values_list("actor", "action", "target", "reason"))


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def appealed(**fields: Any) -> Sanction:
    made = give(**fields)
    appeal(by=made.user, sanction=made, text="It was not me.", now=NOW)
    made.refresh_from_db()
    return made


def test_appeal_keeps_the_words_and_tells_who_may_answer() -> None:
    boss, other = lead(), lead()
    made = appealed(by=boss)
    assert (made.appeal, made.appealed_at, made.waits_for_an_answer) == ("It was not me.", NOW, True)
    rows = Notification.objects.filter(kind="accounts.appeal_made").select_related("user")
    path = reverse("admin:accounts_sanction_change", args=[made.pk])
    assert [(row.user, row.path, row.words) for row in rows] == [(other, path, {})]


def test_appeal_against_the_only_lead_is_told_to_the_admins() -> None:
    chief, boss = admin(), lead()
    appealed(by=boss)
    assert Notification.objects.get(kind="accounts.appeal_made").user == chief


@pytest.mark.parametrize("again", ["twice", "lifted", "another"])
def test_appeal_is_ones_own_and_once_and_against_what_holds(again: str) -> None:
    made = appealed() if again == "twice" else give()
    if again == "lifted":
        lift(by=lead(), sanction=made, reason="So.", now=NOW)
    by = UserFactory.create() if again == "another" else made.user
    with pytest.raises(SanctionError, match="have your appeal already"):
        appeal(by=by, sanction=made, text="Please.", now=NOW)


@pytest.mark.parametrize(("text", "fault"), [(" ", "say why"), ("x" * (MAX_APPEAL + 1), "in 2,000 char")])
def test_appeal_needs_words_and_not_too_many(text: str, fault: str) -> None:
    made = give()
    with pytest.raises(SanctionError, match=fault):
        appeal(by=made.user, sanction=made, text=text, now=NOW)


@pytest.mark.parametrize(("is_upheld", "action"), [(True, "appeal.upheld"), (False, "appeal.refused")])
def test_decide_appeal_answers_and_lifts_what_was_wrong(is_upheld: bool, action: str) -> None:
    made, judge = appealed(), lead()
    decide_appeal(by=judge, sanction=made, is_upheld=is_upheld, answer="We see.", now=NOW + DAY)
    made.refresh_from_db()
    assert (made.appeal_answer, made.appeal_decided_by, made.appeal_decided_at) == (
        "We see.",
        judge,
        NOW + DAY,
    )
    assert made.lifted_at == (NOW + DAY if is_upheld else None)
    assert fresh(made.user).is_suspended(NOW + DAY) is not is_upheld
    assert audit()[-1] == (judge.pk, action, f"accounts.user:{made.user_id}", f"sanction {made.pk}")
    row = Notification.objects.get(kind="accounts.appeal_decided")
    assert (row.user, row.path) == (made.user, "/accounts/standing/")


def test_an_upheld_appeal_of_somebody_removed_opens_the_account() -> None:
    made = SanctionFactory.create(
        kind=REMOVED, user__is_active=False, appeal="By mail.", appealed_at=NOW, starts_at=NOW
    )
    decide_appeal(by=lead(), sanction=made, is_upheld=True, answer="We see.", now=NOW)
    assert fresh(made.user).is_active is True


def test_who_decided_does_not_decide_the_appeal() -> None:
    boss = lead()
    made = appealed(by=boss)
    with pytest.raises(SanctionError, match="somebody other than who decided"):
        decide_appeal(by=boss, sanction=made, is_upheld=False, answer="No.", now=NOW)


@pytest.mark.parametrize("kind", [NOTE, SUSPENDED])
def test_moderators_decide_no_appeals(kind: SanctionKind) -> None:
    made = SanctionFactory.create(kind=kind)
    found = [can_decide_appeal(user, made) for user in (moderator(), lead(), admin())]
    assert found == [False, True, True]


@pytest.mark.parametrize("before", ["none", "decided", "lifted"])
def test_only_a_waiting_appeal_is_decided(before: str) -> None:
    made = give() if before == "none" else appealed()
    if before == "decided":
        decide_appeal(by=lead(), sanction=made, is_upheld=False, answer="No.", now=NOW)
    elif before == "lifted":
        lift(by=lead(), sanction=made, reason="So.", now=NOW)
    with pytest.raises(SanctionError, match="no appeal that waits"):
        decide_appeal(by=lead(), sanction=made, is_upheld=True, answer="Yes.", now=NOW)


@pytest.mark.parametrize(("answer", "fault"), [("", "say why"), ("x" * (MAX_ANSWER + 1), "in 500 char")])
def test_an_answer_needs_words_and_not_too_many(answer: str, fault: str) -> None:
    made = appealed()
    with pytest.raises(SanctionError, match=fault):
        decide_appeal(by=lead(), sanction=made, is_upheld=True, answer=answer, now=NOW)
    assert fresh(made.user).is_suspended(NOW) is True
