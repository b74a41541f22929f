"""Staff look at what was reported."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.lifecycle import TRANSITIONS, CaseState, can_move
from accounts.models import AuditEntry, Case, CaseEvent, Notification, User
from accounts.models.safety import CaseOutcome, ReportReason
from accounts.permissions import can_handle
from accounts.registries.notifications import notification_kind
from accounts.services.case_notices import OUTCOMES
from accounts.services.cases import (
    MAX_NOTE,
    CaseError,
    CaseStateError,
    add_note,
    assign_case,
    close_case,
    move,
    take_case,
)
from accounts.services.reports import remind_of_case
from feed.models import Question
from tests.factories.people import UserFactory, staff
from tests.factories.safety import (
    CaseFactory,
    ReportFactory,
    SanctionFactory,
    lead,
    moderator,
    reported,
    taken,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def steps(case: Case) -> list[tuple[User | None, str, str, str]]:
    rows = CaseEvent.objects.filter(case=case).select_related("by").order_by("pk")
    return [(row.by, row.source, row.target, row.note) for row in rows]


def audit() -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(target__startswith="accounts.case:").order_by("pk")
    return list(rows.values_list("actor", "action", "target", "reason"))


# --- The table


def test_a_case_is_taken_before_it_is_closed_and_closed_for_good() -> None:
    allowed = {pair for pair in product(CaseState, repeat=2) if can_move(*pair)}
    assert allowed == {
        ("open", "assigned"),
        ("assigned", "assigned"),
        ("assigned", "open"),
        ("assigned", "closed"),
    }
    assert set(TRANSITIONS) == set(CaseState)


def _in_state(state: CaseState) -> Case:
    ends: dict[str, Any] = {"closed_at": NOW, "outcome": "corrected"} if state == CaseState.CLOSED else {}
    made: Case = CaseFactory.create(state=state, **ends)
    return made


@pytest.mark.parametrize(("source", "target"), list(product(CaseState, repeat=2)))
def test_move_takes_each_allowed_step_and_no_other(source: CaseState, target: CaseState) -> None:
    case, by = _in_state(source), moderator()
    if target == CaseState.CLOSED:
        case.closed_at, case.outcome = NOW, CaseOutcome.CORRECTED
    if can_move(source, target):
        move(by=by, case=case, target=target, now=NOW, note="So.")
        assert steps(case) == [(by, source, target, "So.")]
    else:
        with pytest.raises(CaseStateError, match=f"^A case that is {source} can't become {target}\\.$"):
            move(by=by, case=case, target=target, now=NOW)
        assert steps(case) == []
    case.refresh_from_db()
    assert case.state == (target if can_move(source, target) else source)


# --- Who may


@pytest.mark.parametrize(
    ("make", "may", "may_if_serious"),
    [
        (UserFactory.create, False, False),
        (moderator, True, False),
        (lead, True, True),
        (lambda: staff("editor"), False, False),
        (lambda: staff("coordinator"), False, False),
        (lambda: UserFactory.create(is_staff=True, is_superuser=True), True, True),
        (lambda: UserFactory.create(is_superuser=True), False, False),
        (lambda: staff("safeguarding lead", is_active=False), False, False),
    ],
)
def test_who_may_handle_a_case(make: Callable[[], User], may: bool, may_if_serious: bool) -> None:
    user = make()
    cases = CaseFactory.create(), CaseFactory.create(is_serious=True)
    assert tuple(can_handle(user, case) for case in cases) == (may, may_if_serious)


def test_nobody_handles_a_case_about_themselves_or_one_they_reported() -> None:
    boss = lead()
    about_them = CaseFactory.create(about=boss)
    theirs = ReportFactory.create(reporter=boss).case
    elses = ReportFactory.create().case
    assert [can_handle(boss, case) for case in (about_them, theirs, elses)] == [False, False, True]


Step = Callable[[User, Case], None]
STEPS: dict[str, Step] = {
    "take": lambda by, case: take_case(by=by, case=case, now=NOW),
    "assign": lambda by, case: assign_case(by=by, case=case, to=lead(), now=NOW),
    "note": lambda by, case: add_note(by=by, case=case, note="So.", now=NOW),
    "close": lambda by, case: close_case(
        by=by, case=case, outcome=CaseOutcome.CORRECTED, note="So.", now=NOW
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_for_those_who_may_handle_the_case(step: str) -> None:
    case, helper = CaseFactory.create(is_serious=True), moderator()
    with pytest.raises(CaseError, match="Somebody else on the team"):
        STEPS[step](helper, case)
    assert (steps(case), audit()) == ([], [])


# --- Steps


def test_take_makes_one_person_look_at_the_case() -> None:
    case, boss = CaseFactory.create(), lead()
    take_case(by=boss, case=case, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.assignee) == (CaseState.ASSIGNED, boss)
    assert steps(case) == [(boss, "open", "assigned", "")]
    assert audit() == [(boss.pk, "case.taken", f"accounts.case:{case.pk}", "")]


def test_take_again_changes_nothing() -> None:
    boss = lead()
    case = taken(CaseFactory.create(), boss)
    take_case(by=boss, case=case, now=NOW)
    assert len(steps(case)) == 1


def test_take_from_somebody_else_is_a_step_of_its_own() -> None:
    case, boss = taken(CaseFactory.create()), lead()
    take_case(by=boss, case=case, now=NOW)
    case.refresh_from_db()
    assert (case.assignee, steps(case)[-1]) == (
        boss,
        (boss, "assigned", "assigned", "In place of somebody else."),
    )


@pytest.mark.parametrize("step", ["take", "assign", "close"])
def test_a_closed_case_is_neither_taken_nor_assigned_nor_closed_again(step: str) -> None:
    case = _in_state(CaseState.CLOSED)
    with pytest.raises(CaseError, match=r"^This case is closed already\."):
        STEPS[step](lead(), case)
    assert steps(case) == []


def test_closing_takes_back_that_the_case_waits() -> None:
    helper, boss = moderator(), lead()
    case, other = reported(ReportReason.SPAM).case, reported(ReportReason.SAFETY).case
    reported(ReportReason.HARASSMENT, question=Question.objects.get(pk=case.target_id))
    remind_of_case(case_id=other.pk, due=int(other.due_at.timestamp()), now=NOW)
    case.refresh_from_db()
    remind_of_case(case_id=case.pk, due=int(case.due_at.timestamp()), now=NOW)
    close_case(by=boss, case=taken(case, boss), outcome=CaseOutcome.NO_ACTION, note="Fine.", now=NOW)
    waiting = Notification.objects.filter(user__in=[helper, boss])
    assert {row.path for row in waiting} == {f"/admin/accounts/case/{other.pk}/change/"}
    assert [User.objects.get(pk=person.pk).unread_count for person in (helper, boss)] == [0, 2]


def test_assign_hands_the_case_to_a_colleague() -> None:
    case, boss, helper = CaseFactory.create(), lead(), staff("moderator", display_name="Robin")
    assign_case(by=boss, case=case, to=helper, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.assignee) == (CaseState.ASSIGNED, helper)
    assert steps(case) == [(boss, "open", "assigned", "Handed to a colleague.")]
    target = f"accounts.case:{case.pk}"
    assert audit() == [(boss.pk, "case.assigned", target, f"to person {helper.pk}")]


def test_assign_to_somebody_who_may_not_handle_it_is_refused() -> None:
    case = CaseFactory.create(is_serious=True)
    with pytest.raises(CaseError, match=r"^Robin can't look at this case\.$"):
        assign_case(by=lead(), case=case, to=staff("moderator", display_name="Robin"), now=NOW)
    assert steps(case) == []


def test_a_note_is_kept_for_the_next_and_not_in_the_log() -> None:
    case, boss = taken(CaseFactory.create()), lead()
    add_note(by=boss, case=case, note=" She is a friend of mine. ", now=NOW)
    assert steps(case)[-1] == (boss, "assigned", "assigned", "She is a friend of mine.")
    assert audit()[-1] == (boss.pk, "case.noted", f"accounts.case:{case.pk}", "")


@pytest.mark.parametrize(
    ("note", "fault"), [(" ", "a line about why"), ("x" * (MAX_NOTE + 1), "in 500 characters")]
)
@pytest.mark.parametrize("step", ["note", "close"])
def test_a_note_needs_words_and_not_too_many(step: str, note: str, fault: str) -> None:
    boss = lead()
    case = taken(CaseFactory.create(), boss)
    fields: dict[str, Any] = {"by": boss, "case": case, "note": note, "now": NOW}
    do: Callable[..., None] = add_note
    if step == "close":
        do = partial(close_case, outcome=CaseOutcome.NO_ACTION)
    with pytest.raises(CaseError, match=fault):
        do(**fields)
    assert len(steps(case)) == 1


def test_close_keeps_outcome_and_why() -> None:
    boss = lead()
    case = taken(CaseFactory.create(), boss)
    close_case(by=boss, case=case, outcome=CaseOutcome.CORRECTED, note="Hidden.", now=NOW)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.closed_at) == (CaseState.CLOSED, "corrected", NOW)
    assert steps(case)[-1] == (boss, "assigned", "closed", "Hidden.")
    assert audit()[-1] == (boss.pk, "case.closed", f"accounts.case:{case.pk}", "corrected")


@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.ASSIGNED])
def test_close_is_for_who_took_the_case(state: CaseState) -> None:
    case = CaseFactory.create(state=state, assignee=lead() if state == CaseState.ASSIGNED else None)
    with pytest.raises(CaseError, match="take the case first"):
        close_case(by=lead(), case=case, outcome=CaseOutcome.CORRECTED, note="So.", now=NOW)


def test_close_with_a_sanction_needs_one() -> None:
    boss = lead()
    case = taken(CaseFactory.create(), boss)
    with pytest.raises(CaseError, match="give the sanction from this case first"):
        close_case(by=boss, case=case, outcome=CaseOutcome.SANCTIONED, note="So.", now=NOW)
    SanctionFactory.create(case=case, user=case.about)
    close_case(by=boss, case=case, outcome=CaseOutcome.SANCTIONED, note="So.", now=NOW)
    case.refresh_from_db()
    assert case.outcome == CaseOutcome.SANCTIONED


# --- Who is told of the end


def test_everybody_who_reported_is_told_of_the_end_and_nobody_else() -> None:
    first = reported(ReportReason.SPAM)
    second = ReportFactory.create(case=first.case)
    ReportFactory.create(case=first.case, reporter=None)
    boss = lead()
    close_case(by=boss, case=taken(first.case, boss), outcome=CaseOutcome.NO_ACTION, note="So.", now=NOW)
    rows = Notification.objects.filter(kind="accounts.report_decided").select_related("user").order_by("pk")
    assert [(row.user, row.path, row.words) for row in rows] == [
        (made.reporter, f"/report/{made.pk}/", {}) for made in (first, second)
    ]
    assert Notification.objects.filter(user=first.case.about).count() == 0


# --- The kinds


@pytest.mark.parametrize("kind", ["case_opened", "case_serious", "case_words", "case_due"])
def test_mails_to_staff_know_the_case_until_it_is_closed(kind: str) -> None:
    context = notification_kind(f"accounts.{kind}").context
    case = CaseFactory.create()
    found = context(f"case:{case.pk}:more")
    assert found is not None
    assert found["case"] == case
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="corrected")
    assert context(f"case:{case.pk}") is None


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_mail_to_a_reporter_says_how_it_ended(outcome: CaseOutcome) -> None:
    case = CaseFactory.create(state=CaseState.CLOSED, closed_at=NOW, outcome=outcome)
    made = ReportFactory.create(case=case)
    context = notification_kind("accounts.report_decided").context
    assert context(f"report:{made.pk}") == {"report": made, "outcome": OUTCOMES[outcome]}
    assert context("report:0") is None


@pytest.mark.parametrize("kind", ["case_opened", "case_serious", "case_words", "case_due", "appeal_made"])
def test_kinds_for_staff_are_offered_to_staff_alone(kind: str) -> None:
    is_for = notification_kind(f"accounts.{kind}").is_for
    assert (is_for(moderator().pk), is_for(UserFactory.create().pk)) == (True, False)


def test_notices_lead_to_the_page_of_the_case() -> None:
    assert "accounts.case" in {model._meta.label_lower for model in admin.site._registry}
    moderator()
    case = reported(now=NOW - timedelta(hours=1)).case
    assert Notification.objects.get().path == reverse("admin:accounts_case_change", args=[case.pk])
