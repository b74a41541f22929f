"""Somebody reports something."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.lifecycle import CaseState
from accounts.models import Case, CaseEvent, Notification, Report, User
from accounts.models.safety import CLOCKS, SERIOUS, ReportReason
from accounts.registries import safety
from accounts.services.reports import (
    MAX_TEXT,
    REPORTS_A_DAY,
    NothingThereError,
    ReportedAlreadyError,
    ReportError,
    add_words,
    find_reported,
    report,
    unfinished_report,
)
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory
from tests.factories.safety import ReportFactory, lead, moderator, reported, taken

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


# --- Taking a report


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ReportReason)
def test_report_opens_a_case_with_the_clock_of_its_reason(reason: ReportReason) -> None:
    question, person = QuestionFactory.create(), UserFactory.create()
    made = reported(reason, question=question, by=person, text=" Look. ", now=NOW)
    case = made.case
    assert (made.reporter, made.reason, made.text, made.reported_at) == (person, reason, "Look.", NOW)
    assert (case.target_kind, case.target_id, case.about) == ("question", str(question.pk), question.asker)
    assert (case.state, case.is_serious, case.assignee) == (CaseState.OPEN, reason in SERIOUS, None)
    assert (case.opened_at, case.due_at, case.closed_at) == (NOW, NOW + CLOCKS[reason], None)
    event = CaseEvent.objects.get()
    assert (event.case, event.by, event.note, event.at) == (case, None, "Opened.", NOW)


@pytest.mark.django_db
def test_report_twice_with_one_token_is_one_report() -> None:
    question, person, token = QuestionFactory.create(), UserFactory.create(), uuid.uuid4()
    given: dict[str, Any] = {"by": person, "token": token, "kind": "question", "now": NOW}
    first = report(target_id=str(question.pk), reason=ReportReason.SPAM, text="One.", **given)
    question.visibility = "hidden"
    question.save()
    again = report(target_id=str(question.pk), reason=ReportReason.MONEY, text="Two.", **given)
    assert (again.pk, again.text, Report.objects.count()) == (first.pk, "One.", 1)


@pytest.mark.django_db
def test_report_of_the_same_thing_again_changes_nothing_and_names_the_first() -> None:
    question, person = QuestionFactory.create(), UserFactory.create()
    first = reported(ReportReason.SPAM, question=question, by=person, now=NOW)
    with pytest.raises(ReportedAlreadyError, match="it is with us") as caught:
        reported(ReportReason.SAFETY, question=question, by=person, now=NOW)
    case = Case.objects.get()
    assert caught.value.report == first
    assert (Report.objects.count(), case.is_serious, case.due_at) == (1, False, NOW + timedelta(days=5))


@pytest.mark.django_db
def test_report_after_a_decision_opens_a_new_case() -> None:
    first = reported(now=NOW)
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="no_action")
    question = first.case.target_id
    again = report(
        by=first.reporter,  # type: ignore[arg-type]  # the factory's reports have a reporter
        token=uuid.uuid4(),
        kind="question",
        target_id=question,
        reason=ReportReason.SPAM,
        text="",
        now=NOW,
    )
    assert (again.case_id == first.case_id, again.case.target_id) == (False, question)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "target"), [("question", "0"), ("question", "x"), ("poem", "1"), ("", "")])
def test_report_of_nothing_is_refused(kind: str, target: str) -> None:
    with pytest.raises(NothingThereError, match="nothing here to report"):
        report(
            by=UserFactory.create(),
            token=uuid.uuid4(),
            kind=kind,
            target_id=target,
            reason=ReportReason.SPAM,
            text="",
            now=NOW,
        )
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_report_of_ones_own_is_refused() -> None:
    question = QuestionFactory.create()
    with pytest.raises(ReportError, match="This is yours"):
        reported(question=question, by=question.asker)
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_report_in_too_many_words_is_refused() -> None:
    assert reported(text="x" * MAX_TEXT).text == "x" * MAX_TEXT
    with pytest.raises(ReportError, match="shorten this to 2,000 characters; it has 2,001 now"):
        reported(text="x" * (MAX_TEXT + 1))


def _report_many(person: User, count: int, ago: timedelta) -> None:
    ReportFactory.create_batch(count, reporter=person, reported_at=NOW - ago)


@pytest.mark.django_db
def test_report_takes_twenty_a_day_and_refuses_the_next() -> None:
    person = UserFactory.create()
    _report_many(person, REPORTS_A_DAY - 1, HOUR)
    reported(by=person, now=NOW)
    with pytest.raises(ReportError, match="That is 20 reports in a day"):
        reported(by=person, now=NOW)
    assert Case.objects.count() == REPORTS_A_DAY


@pytest.mark.django_db
def test_report_counts_only_the_last_day_and_only_ones_own() -> None:
    person = UserFactory.create()
    _report_many(person, REPORTS_A_DAY, timedelta(days=1))
    _report_many(UserFactory.create(), REPORTS_A_DAY, HOUR)
    assert reported(by=person, now=NOW).reporter == person


@pytest.mark.django_db
@pytest.mark.parametrize("reason", [ReportReason.SAFETY, ReportReason.SEXUAL])
def test_report_about_danger_comes_through_whatever_the_limit(reason: ReportReason) -> None:
    person = UserFactory.create()
    _report_many(person, REPORTS_A_DAY, HOUR)
    assert reported(reason, by=person, now=NOW).reason == reason


# --- More words


def _add(
    made: Report, text: str = "He wrote again.", *, is_urgent: bool = False, by: User | None = None
) -> None:
    add_words(by=by or made.reporter, report=made, text=text, is_urgent=is_urgent, now=NOW)  # type: ignore[arg-type]
    made.refresh_from_db()


@pytest.mark.django_db
def test_added_words_stand_below_with_their_day() -> None:
    made = reported(text="He wrote.")
    _add(made)
    assert made.text == f"He wrote.\n\nAdded on {NOW:%B} {NOW.day}, {NOW.year}:\nHe wrote again."
    assert made.reason == ReportReason.HARMFUL_ADVICE


@pytest.mark.django_db
def test_added_words_are_an_event_without_words_and_a_notice_for_who_looks() -> None:
    helper = moderator()
    made = reported(ReportReason.SPAM)
    taken(made.case, helper)
    _add(made)
    event = CaseEvent.objects.get(note="Words were added to a report.")
    assert (event.by, event.source, event.target) == (None, "assigned", "assigned")
    assert told("accounts.case_words") == {helper}


@pytest.mark.django_db
def test_urgent_words_make_the_case_one_about_safety(frozen: list[tuple[int, int]]) -> None:
    boss, made = lead(), reported(ReportReason.SPAM, now=NOW)
    _add(made, is_urgent=True)
    case = Case.objects.get()
    assert (made.reason, case.is_serious, case.due_at) == (ReportReason.SAFETY, True, NOW + HOUR)
    assert (told("accounts.case_serious"), frozen) == ({boss}, [(made.reporter_id, case.about_id)])


@pytest.mark.django_db
def test_no_words_are_not_added() -> None:
    with pytest.raises(ReportError, match="a few words"):
        _add(reported(), "  ")


@pytest.mark.django_db
def test_words_are_not_added_to_what_is_decided() -> None:
    made = reported(text="He wrote.")
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="corrected")
    with pytest.raises(ReportError, match="This is decided"):
        _add(made)
    assert Report.objects.get().text == "He wrote."


@pytest.mark.django_db
def test_words_are_not_added_where_there_is_no_room() -> None:
    made = reported(text="x" * MAX_TEXT)
    for _ in range(2):
        _add(made, "y" * 1900)
    with pytest.raises(ReportError, match="no more room"):
        _add(made, "z" * 1900)


@pytest.mark.django_db
def test_words_are_added_to_ones_own_report_alone() -> None:
    with pytest.raises(Report.DoesNotExist):
        _add(reported(), by=UserFactory.create())


# --- Looking


@pytest.mark.django_db
def test_find_reported_tells_what_the_reporter_sees() -> None:
    question = QuestionFactory.create(title="Is it late?")
    found = find_reported(by=UserFactory.create(), kind="question", target_id=str(question.pk))
    assert (found.id, found.words, found.path, found.about) == (
        str(question.pk),
        "Is it late?",
        question.get_absolute_url(),
        question.asker_id,
    )


@pytest.mark.django_db
def test_unfinished_report_is_ones_own_of_that_thing_until_it_is_decided() -> None:
    made = reported()
    person = made.reporter
    assert person is not None
    thing = find_reported(by=person, kind="question", target_id=made.case.target_id)
    other = find_reported(by=person, kind="question", target_id=str(QuestionFactory.create().pk))
    stranger = UserFactory.create()
    assert unfinished_report(by=person, kind="question", reported=thing) == made
    assert unfinished_report(by=person, kind="question", reported=other) is None
    assert unfinished_report(by=stranger, kind="question", reported=thing) is None
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="corrected")
    assert unfinished_report(by=person, kind="question", reported=thing) is None


# --- A person


@pytest.mark.django_db
def test_a_person_is_reported_by_their_public_name() -> None:
    person = UserFactory.create(display_name="Jordan", slug="jordan-x7kq2p")
    found = find_reported(by=UserFactory.create(), kind="person", target_id="jordan-x7kq2p")
    assert (found.id, found.words, found.path, found.about) == (str(person.pk), "Jordan", "", person.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["pk", "gone", "not a name\0"])
def test_a_person_is_not_found_by_number_or_when_gone(named: str) -> None:
    me, person = UserFactory.create(), UserFactory.create()
    gone = UserFactory.create(is_active=False)
    target = {"pk": str(person.pk), "gone": gone.slug}.get(named, named)
    with pytest.raises(NothingThereError):
        find_reported(by=me, kind="person", target_id=target)


@pytest.mark.django_db
@pytest.mark.parametrize("mine", [True, False])
def test_a_block_keeps_nobody_from_reporting_a_person(mine: bool) -> None:
    me, person = UserFactory.create(), UserFactory.create()
    if mine:
        me.blocks.create(blocked=person)
    else:
        person.blocks.create(blocked=me)
    assert find_reported(by=me, kind="person", target_id=person.slug).about == person.pk


def test_a_person_has_a_staff_page() -> None:
    person = safety.reportable_of("person")
    assert person is not None
    assert (person.label, person.staff_path("12")) == ("this person", "/admin/accounts/user/12/change/")
