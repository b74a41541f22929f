"""What staff decide about a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notification, Sanction, User
from accounts.models.safety import SanctionKind
from accounts.models.user import FOR_GOOD
from accounts.permissions import can_sanction
from accounts.registries.notifications import notification_kind
from accounts.services.sanction_notices import MEANINGS, length_words
from accounts.services.sanctions import (
    MAX_LIFT_REASON,
    MAX_REASON,
    SanctionError,
    appeal,
    has_sanction,
    lift,
)
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import UserFactory, staff
from tests.factories.safety import CaseFactory, SanctionFactory, admin, lead, moderator, sanctioned

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


# --- Who may


@pytest.mark.parametrize(
    ("make", "note", "rest"),
    [
        (UserFactory.create, False, False),
        (lambda: staff("coordinator"), False, False),
        (moderator, True, False),
        (lead, True, True),
        (admin, True, True),
        (lambda: UserFactory.create(is_superuser=True), False, False),
        (lambda: staff("safeguarding lead", is_active=False), False, False),
    ],
)
def test_who_may_decide_about_a_person(make: Callable[[], User], note: bool, rest: bool) -> None:
    user, person = make(), UserFactory.create()
    expected = {kind: note if kind == NOTE else rest for kind in SanctionKind}
    assert {kind: can_sanction(user, kind) for kind in SanctionKind} == expected
    assert {kind: can_sanction(user, kind, person) for kind in SanctionKind} == expected


def test_nobody_decides_about_themselves() -> None:
    boss, chief = lead(), admin()
    found = [can_sanction(user, NOTE, user) for user in (boss, chief)]
    assert (found, can_sanction(chief, NOTE, boss)) == ([False, False], True)


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
def test_superusers_alone_decide_about_staff(fields: dict[str, bool]) -> None:
    colleague = UserFactory.create(**fields)
    assert [can_sanction(user, SUSPENDED, colleague) for user in (lead(), admin())] == [False, True]


def test_sanction_by_somebody_without_the_right_is_refused() -> None:
    with pytest.raises(SanctionError, match="Somebody else on the team"):
        give(by=moderator())
    assert (Sanction.objects.count(), audit()) == (0, [])


# --- Giving


def test_sanction_keeps_who_what_why_and_how_long() -> None:
    boss, person, until = lead(), UserFactory.create(), NOW + DAY
    case = CaseFactory.create(about=person)
    made = give(SanctionKind.MESSAGING_OFF, by=boss, user=person, reason=" Why. ", until=until, case=case)
    made.refresh_from_db()
    assert (made.by, made.user, made.kind, made.reason) == (boss, person, "messaging_off", "Why.")
    assert (made.starts_at, made.until, made.case, made.lifted_at) == (NOW, until, case, None)
    target = f"accounts.user:{person.pk}"
    assert audit() == [(boss.pk, "sanction.messaging_off", target, f"sanction {made.pk}")]


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        (NOTE, {"until": NOW + DAY}, "have no end"),
        (REMOVED, {"until": NOW + DAY}, "have no end"),
        (SUSPENDED, {"until": NOW}, "an end that lies ahead"),
        (SUSPENDED, {"reason": " "}, "say why"),
        (SUSPENDED, {"reason": "x" * (MAX_REASON + 1)}, "in 500 characters"),
    ],
)
def test_sanction_that_makes_no_sense_is_refused(
    kind: SanctionKind, fields: dict[str, Any], fault: str
) -> None:
    with pytest.raises(SanctionError, match=fault):
        give(kind, **fields)
    assert Sanction.objects.count() == 0


def test_sanction_from_a_case_about_somebody_else_is_refused() -> None:
    with pytest.raises(SanctionError, match="about somebody else"):
        give(case=CaseFactory.create())


@pytest.mark.parametrize("kind", [NOTE, SanctionKind.MESSAGING_OFF, SanctionKind.MATCHING_OFF])
def test_milder_sanctions_leave_the_account_alone(kind: SanctionKind) -> None:
    person = give(kind).user
    assert (fresh(person).suspended_until, fresh(person).is_active) == (None, True)
    assert {one: has_sanction(user=person, kind=one, now=NOW) for one in SanctionKind} == {
        one: one == kind for one in SanctionKind
    }


@pytest.mark.parametrize(("until", "expected"), [(NOW + DAY, NOW + DAY), (None, FOR_GOOD)])
def test_suspension_holds_until_its_end_or_for_good(until: datetime | None, expected: datetime) -> None:
    person = fresh(give(until=until).user)
    assert (person.suspended_until, person.is_suspended(NOW), person.is_active) == (expected, True, True)


def test_the_longest_suspension_counts() -> None:
    person = UserFactory.create()
    for days in (3, 7, 1):
        give(user=person, until=NOW + days * DAY)
    assert fresh(person).suspended_until == NOW + 7 * DAY


def test_has_sanction_ends_with_it() -> None:
    person = give(SanctionKind.MATCHING_OFF, until=NOW + DAY).user
    found = [
        has_sanction(user=person, kind=SanctionKind.MATCHING_OFF, now=now)
        for now in (NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY)
    ]
    assert found == [True, True, False]


# --- Removing


def test_removal_ends_the_account_and_its_sessions(client: Client) -> None:
    person = UserFactory.create()
    client.force_login(person)
    client.get(reverse("accounts:standing"))
    key = client.session.session_key
    UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1", user_agent="x")
    give(REMOVED, user=person)
    assert (fresh(person).is_active, Session.objects.filter(session_key=key).exists()) == (False, False)
    response = client.get(reverse("accounts:standing"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_removed_people_are_told_where_to_answer(work_off: Worker) -> None:
    person = UserFactory.create(display_name="Jordan")
    give(REMOVED, user=person, reason="You threatened somebody.")
    [message] = work_off()
    assert (message.to, message.subject) == ([person.email], "Your account was closed")
    for part in (str(message.body), html_of(message)):
        assert [words in part for words in ("You threatened somebody.", "safety@testserver")] == [True, True]
    assert Notification.objects.count() == 0


def test_a_removal_that_is_lifted_opens_the_account_again() -> None:
    made = give(REMOVED)
    lift(by=lead(), sanction=made, reason="It was somebody else.", now=NOW + DAY)
    assert fresh(made.user).is_active is True
    assert Notification.objects.get().kind == "accounts.sanction_lifted"


def test_one_of_two_removals_lifted_leaves_the_account_closed() -> None:
    made = give(REMOVED)
    give(REMOVED, user=made.user)
    lift(by=lead(), sanction=made, reason="Twice.", now=NOW)
    assert fresh(made.user).is_active is False


def test_somebody_erased_is_not_brought_back() -> None:
    made = give(REMOVED)
    User.objects.filter(pk=made.user.pk).update(erased_at=NOW, birth_year=None, birth_month=None)
    lift(by=lead(), sanction=made, reason="Late.", now=NOW)
    assert fresh(made.user).is_active is False


# --- Lifting


def test_lift_leaves_what_else_holds() -> None:
    person = UserFactory.create()
    short, long = (give(user=person, until=NOW + days * DAY) for days in (2, 5))
    lift(by=lead(), sanction=long, reason="Too hard.", now=NOW + DAY)
    assert fresh(person).suspended_until == NOW + 2 * DAY
    lift(by=lead(), sanction=short, reason="Too hard.", now=NOW + DAY)
    assert fresh(person).suspended_until is None


def test_lift_is_logged_with_its_reason() -> None:
    made, boss = give(), lead()
    lift(by=boss, sanction=made, reason=" Too hard. ", now=NOW + DAY)
    made.refresh_from_db()
    assert made.lifted_at == NOW + DAY
    target = f"accounts.user:{made.user_id}"
    assert audit()[-1] == (boss.pk, "sanction.lifted", target, f"sanction {made.pk}: Too hard.")


def test_lift_by_somebody_without_the_right_is_refused() -> None:
    made = give()
    with pytest.raises(SanctionError, match="Somebody else on the team"):
        lift(by=moderator(), sanction=made, reason="So.", now=NOW)
    assert fresh(made.user).is_suspended(NOW) is True


@pytest.mark.parametrize("fields", [{"lifted_at": NOW}, {"starts_at": NOW - DAY, "until": NOW}])
def test_what_is_over_is_not_lifted(fields: dict[str, Any]) -> None:
    made = SanctionFactory.create(kind=SUSPENDED, **fields)
    with pytest.raises(SanctionError, match="over already"):
        lift(by=lead(), sanction=made, reason="So.", now=NOW)


@pytest.mark.parametrize(
    ("reason", "fault"), [("", "say why"), ("x" * (MAX_LIFT_REASON + 1), "in 250 characters")]
)
def test_lift_without_a_fair_reason_changes_nothing(reason: str, fault: str) -> None:
    made = give()
    with pytest.raises(SanctionError, match=fault):
        lift(by=lead(), sanction=made, reason=reason, now=NOW)
    made.refresh_from_db()
    assert made.lifted_at is None


# --- What the person is told


@pytest.mark.parametrize("kind", [one for one in SanctionKind if one != REMOVED])
def test_the_person_is_told_with_reason_and_length(kind: SanctionKind) -> None:
    until = None if kind == NOTE else datetime(2030, 5, 12, 16, 0, tzinfo=UTC)
    given = timezone.now()
    made = sanctioned(kind, until=until, now=given, user=UserFactory.create(time_zone="America/Chicago"))
    row = Notification.objects.get()
    assert (row.user, row.kind, row.path, row.words) == (
        made.user,
        "accounts.sanction_given",
        "/accounts/standing/",
        {},
    )
    context = notification_kind(row.kind).context(row.key)
    heading, meaning = MEANINGS[kind]
    length = "" if kind == NOTE else "until May 12, 2030, 11:00 AM CDT"
    assert context == {"sanction": made, "heading": heading, "meaning": meaning, "length": length}


def test_a_sanction_without_end_holds_for_good() -> None:
    assert length_words(give()) == "for good"


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("sanction_given", True, False),
        ("sanction_lifted", True, True),
        ("appeal_decided", True, True),
        ("appeal_made", True, False),
    ],
)
def test_mails_are_not_sent_when_they_are_not_true_any_more(kind: str, before: bool, after: bool) -> None:
    made = give()
    appeal(by=made.user, sanction=made, text="It was not me.", now=NOW)
    context = notification_kind(f"accounts.{kind}").context
    found = [context(f"sanction:{made.pk}") is not None]
    lift(by=lead(), sanction=made, reason="So.", now=NOW)
    found.append(context(f"sanction:{made.pk}") is not None)
    assert (found, context("sanction:0")) == ([before, after], None)
