"""What the tables of reports, cases and sanctions hold, refuse and list."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.lifecycle import CaseState
from accounts.models import Case, CaseEvent, Report, Sanction
from accounts.models.safety import CLOCKS, SERIOUS, CaseOutcome, ReportReason, SanctionKind
from tests.constraints import refused_by
from tests.factories.people import UserFactory
from tests.factories.safety import CaseFactory, ReportFactory, SanctionFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CLOSED: dict[str, Any] = {
    "state": CaseState.CLOSED,
    "closed_at": NOW,
    "outcome": CaseOutcome.NO_ACTION,
}


# --- Constraints: a yes and a no each


def test_case_one_unfinished() -> None:
    CaseFactory.create(target_id="1", **CLOSED)
    CaseFactory.create(target_id="1")
    CaseFactory.create(target_id="1", target_kind="answer")
    with refused_by("case_one_unfinished"):
        CaseFactory.create(target_id="1", state=CaseState.ASSIGNED)


@pytest.mark.parametrize(
    "fields",
    [
        {**CLOSED, "closed_at": None},
        {**CLOSED, "outcome": ""},
        {**CLOSED, "state": CaseState.OPEN},
        {"state": CaseState.ASSIGNED, "outcome": CaseOutcome.CORRECTED},
        {"closed_at": NOW},
    ],
)
def test_case_closed_has_outcome(fields: dict[str, Any]) -> None:
    CaseFactory.create(**CLOSED)
    with refused_by("case_closed_has_outcome"):
        CaseFactory.create(**fields)


def test_report_other_says_what() -> None:
    ReportFactory.create(reason=ReportReason.OTHER, text="It copies my essay.")
    ReportFactory.create(reason=ReportReason.SPAM, text="")
    with refused_by("report_other_says_what"):
        ReportFactory.create(reason=ReportReason.OTHER, text="")


def test_report_once_per_case() -> None:
    first = ReportFactory.create()
    ReportFactory.create(case=first.case)
    ReportFactory.create(reporter=first.reporter)
    with refused_by("report_once_per_case"):
        ReportFactory.create(case=first.case, reporter=first.reporter)


def test_sanction_has_reason() -> None:
    SanctionFactory.create(reason="Why.")
    with refused_by("sanction_has_reason"):
        SanctionFactory.create(reason="")


@pytest.mark.parametrize("kind", [SanctionKind.NOTE, SanctionKind.REMOVED])
def test_sanction_note_or_removal_has_no_end(kind: SanctionKind) -> None:
    later = timezone.now() + timedelta(days=1)
    SanctionFactory.create(kind=kind)
    SanctionFactory.create(kind=SanctionKind.SUSPENDED, until=later)
    with refused_by("sanction_note_or_removal_has_no_end"):
        SanctionFactory.create(kind=kind, until=later)


def test_sanction_ends_after_start() -> None:
    fields = {"kind": SanctionKind.MESSAGING_OFF, "starts_at": NOW}
    SanctionFactory.create(until=NOW + timedelta(seconds=1), **fields)
    SanctionFactory.create(until=None, **fields)
    with refused_by("sanction_ends_after_start"):
        SanctionFactory.create(until=NOW, **fields)


def test_sanction_appeal_has_words() -> None:
    SanctionFactory.create(appeal="It was not me.", appealed_at=NOW)
    with refused_by("sanction_appeal_has_words"):
        SanctionFactory.create(appeal="", appealed_at=NOW)
    with refused_by("sanction_appeal_has_words"):
        SanctionFactory.create(appeal="It was not me.", appealed_at=None)


def test_sanction_decides_an_appeal() -> None:
    appealed = {"appeal": "It was not me.", "appealed_at": NOW}
    SanctionFactory.create(appeal_decided_at=NOW, appeal_answer="You are right.", **appealed)
    with refused_by("sanction_decides_an_appeal"):
        SanctionFactory.create(appeal_decided_at=NOW, appeal_answer="", **appealed)
    with refused_by("sanction_decides_an_appeal"):
        SanctionFactory.create(appeal_decided_at=None, appeal_answer="You are right.", **appealed)
    with refused_by("sanction_decides_an_appeal"):
        SanctionFactory.create(appeal_decided_at=NOW, appeal_answer="You are right.")


# --- Reasons


def test_every_reason_of_the_product_has_a_clock() -> None:
    assert (len(ReportReason), set(CLOCKS)) == (13, set(ReportReason))


def test_clocks_are_an_hour_one_day_two_and_five() -> None:
    hours = {1, 24, 48, 120}
    assert {clock / timedelta(hours=1) for clock in CLOCKS.values()} == hours


def test_serious_reasons_have_the_shortest_clocks() -> None:
    assert {CLOCKS[reason] <= timedelta(days=1) for reason in SERIOUS} == {True}


# --- Lists


def test_unfinished_cases_begin_with_the_most_urgent() -> None:
    later = CaseFactory.create(due_at=NOW + timedelta(days=5))
    soon = CaseFactory.create(due_at=NOW + timedelta(hours=1), state=CaseState.ASSIGNED)
    CaseFactory.create(due_at=NOW, **CLOSED)
    assert list(Case.objects.unfinished()) == [soon, later]


def test_cases_of_a_target_are_those_of_one_thing() -> None:
    old, new = CaseFactory.create(target_id="1", **CLOSED), CaseFactory.create(target_id="1")
    CaseFactory.create(target_id="1", target_kind="answer")
    CaseFactory.create(target_id="2")
    assert set(Case.objects.of_target("question", "1")) == {old, new}


def test_reports_of_a_person_are_theirs_alone() -> None:
    person = UserFactory.create()
    mine = ReportFactory.create(reporter=person)
    ReportFactory.create()
    assert list(Report.objects.made_by(person)) == [mine]


def test_reports_since_an_instant_leave_out_older_ones() -> None:
    ReportFactory.create(reported_at=NOW - timedelta(days=1))
    recent = ReportFactory.create(reported_at=NOW)
    assert list(Report.objects.since(NOW - timedelta(days=1))) == [recent]


def test_unfinished_reports_wait_for_a_decision() -> None:
    waiting = ReportFactory.create()
    ReportFactory.create(case__state=CaseState.CLOSED, case__closed_at=NOW, case__outcome="no_action")
    assert list(Report.objects.unfinished()) == [waiting]


def test_sanctions_hold_from_their_start_to_their_end() -> None:
    off, hour = SanctionKind.MESSAGING_OFF, timedelta(hours=1)
    for_good = SanctionFactory.create(kind=off, starts_at=NOW)
    timed = SanctionFactory.create(kind=off, starts_at=NOW - hour, until=NOW + hour)
    SanctionFactory.create(kind=off, starts_at=NOW + hour)
    SanctionFactory.create(kind=off, starts_at=NOW - hour, until=NOW)
    SanctionFactory.create(kind=off, starts_at=NOW - hour, lifted_at=NOW)
    assert set(Sanction.objects.holding(NOW)) == {for_good, timed}


def test_sanctions_of_a_person_begin_with_the_latest() -> None:
    person = UserFactory.create()
    first = SanctionFactory.create(user=person, starts_at=NOW - timedelta(days=1))
    second = SanctionFactory.create(user=person, starts_at=NOW)
    SanctionFactory.create()
    assert list(Sanction.objects.of(person)) == [second, first]


def test_sanctions_of_a_kind_are_of_no_other() -> None:
    SanctionFactory.create()
    suspension = SanctionFactory.create(kind=SanctionKind.SUSPENDED)
    assert list(Sanction.objects.of_kind(SanctionKind.SUSPENDED)) == [suspension]


def test_waiting_appeals_begin_with_the_longest_wait() -> None:
    late = SanctionFactory.create(appeal="Please.", appealed_at=NOW)
    early = SanctionFactory.create(appeal="Please.", appealed_at=NOW - timedelta(hours=1))
    SanctionFactory.create()
    SanctionFactory.create(appeal="Please.", appealed_at=NOW, lifted_at=NOW)
    SanctionFactory.create(
        appeal="Please.", appealed_at=NOW, appeal_decided_at=NOW, appeal_answer="It stays."
    )
    assert list(Sanction.objects.with_waiting_appeal()) == [early, late]
    assert [row.waits_for_an_answer for row in Sanction.objects.order_by("pk")] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"lifted_at": NOW}, True),
        ({"until": NOW, "starts_at": NOW - timedelta(days=1)}, True),
        ({"until": NOW + timedelta(seconds=1), "starts_at": NOW}, False),
    ],
)
def test_sanction_is_over_when_lifted_or_past_its_end(fields: dict[str, Any], expected: bool) -> None:
    assert Sanction(kind=SanctionKind.SUSPENDED, **fields).is_over(NOW) is expected


@pytest.mark.parametrize(
    ("fields", "expected"), [({}, True), ({"lifted_at": NOW}, False), ({"appealed_at": NOW}, False)]
)
def test_sanction_is_appealed_once_and_while_not_taken_back(fields: dict[str, Any], expected: bool) -> None:
    assert Sanction(**fields).can_be_appealed is expected


def test_rows_name_no_person_in_words() -> None:
    report = ReportFactory.create()
    event = CaseEvent(source=CaseState.OPEN, target=CaseState.ASSIGNED)
    sanction = SanctionFactory.create()
    words = [str(row) for row in (report.case, report, event, sanction)]
    assert words == [
        f"case {report.case_id}",
        f"report {report.pk}",
        "open → assigned",
        f"note for {sanction.user_id}",
    ]
