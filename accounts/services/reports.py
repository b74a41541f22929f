"""Somebody reports something: it becomes part of a case, and who handles such cases is told (PRODUCT §9)."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.lifecycle import CaseState
from accounts.models import Case, CaseEvent, Report, User
from accounts.models.safety import CLOCKS, MAX_REPORT_TEXT, SERIOUS, ReportReason
from accounts.permissions import can_handle
from accounts.registries.safety import Reported, freeze_between, reportable_of
from accounts.services.case_notices import tell_assignee, tell_overdue, tell_staff
from accounts.services.cases import move
from accounts.services.idempotency import once
from breakthru.outbox.services import enqueue

REPORTS_A_DAY = 20
# A limit never stands between somebody and help.
NEVER_LIMITED = frozenset({ReportReason.SAFETY, ReportReason.SEXUAL})
MAX_TEXT = 2000


class ReportError(ValueError):
    """The report can't be taken so; the text says why, for people."""


class NothingThereError(ReportError):
    """Nobody can report this: it is not there, or not for the eyes of who asks."""


class ReportedAlreadyError(ReportError):
    """This person reported it already, and it is not decided; `report` is that report."""

    def __init__(self, report: Report) -> None:
        super().__init__("You reported this already, and it is with us.")
        self.report = report


def find_reported(*, by: User, kind: str, target_id: str) -> Reported:
    """Return what `by` wants to report, as they see it. Raises NothingThereError."""
    reportable = reportable_of(kind)
    reported = reportable.find(target_id, by.pk) if reportable else None
    if reported is None:
        message = "There is nothing here to report."
        raise NothingThereError(message)
    return reported


def unfinished_report(*, by: User, kind: str, reported: Reported) -> Report | None:
    """Return the report of `by` about the same thing that nobody has decided yet."""
    mine = Report.objects.made_by(by).unfinished()
    return mine.filter(case__target_kind=kind, case__target_id=reported.id).first()


def report(
    *, by: User, token: uuid.UUID, kind: str, target_id: str, reason: ReportReason, text: str, now: datetime
) -> Report:
    """Take a report; the same token makes one and returns it again.

    Raises ReportError: NothingThereError when there is no such thing for `by`, ReportedAlreadyError when
    theirs is not decided yet, and in plain words for their own things and for too many in a day.
    """

    def create() -> str:
        return str(_create(by, kind, target_id, reason, text, now).pk)

    pk, _ = once(by=by, purpose="report", token=token, create=create)
    return Report.objects.made_by(by).get(pk=pk)


@transaction.atomic
def add_words(*, by: User, report: Report, text: str, is_urgent: bool, now: datetime) -> None:
    """Put more words below those of an undecided report; urgent ones make it one about safety.

    Raises ReportError.
    """
    case = Case.objects.select_for_update().get(pk=report.case_id)
    locked = Report.objects.made_by(by).select_for_update(of=("self",)).get(pk=report.pk)
    words = _words(text)
    if not words:
        message = "Please write a few words."
        raise ReportError(message)
    if case.state == CaseState.CLOSED:
        message = "This is decided. If something new happened, please report it again."
        raise ReportError(message)
    added = f"Added on {date_format(timezone.localtime(now), 'F j, Y')}:\n{words}"
    locked.text = f"{locked.text}\n\n{added}".strip()
    if len(locked.text) > MAX_REPORT_TEXT:
        message = "There is no more room here. Please answer when we write to you, or report something new."
        raise ReportError(message)
    if is_urgent:
        locked.reason = ReportReason.SAFETY
    locked.save(update_fields=["text", "reason"])
    CaseEvent.objects.create(
        case=case, by=None, source=case.state, target=case.state, note="Words were added to a report.", at=now
    )
    if is_urgent:
        _hasten(case, ReportReason.SAFETY, by, now)
    tell_assignee(case=case, report=locked, now=now)


@transaction.atomic
def remind_of_case(*, case_id: int, due: int, now: datetime) -> None:
    """Tell those in charge when a case is undecided at the end of its clock (`due`, in Unix seconds)."""
    case = Case.objects.unfinished().select_for_update().filter(pk=case_id).first()
    # A later report may have set a shorter clock, which has a reminder of its own.
    if case is not None and int(case.due_at.timestamp()) == due:
        tell_overdue(case=case, now=now)


def _create(by: User, kind: str, target_id: str, reason: ReportReason, text: str, now: datetime) -> Report:
    reported, words = find_reported(by=by, kind=kind, target_id=target_id), _words(text)
    if reported.about == by.pk:
        message = "This is yours. To have it changed or removed, please write to us."
        raise ReportError(message)
    if reason not in NEVER_LIMITED:
        _wait_for_turn(by)
    case = _case_of(kind, reported, reason, now)
    former = Report.objects.made_by(by).filter(case=case).first()
    if former is not None:
        raise ReportedAlreadyError(former)
    recent = Report.objects.made_by(by).since(now - timedelta(days=1)).count()
    if recent >= REPORTS_A_DAY and reason not in NEVER_LIMITED:
        message = (
            f"That is {REPORTS_A_DAY} reports in a day, the most we can read well. Please come back tomorrow."
            " What is about somebody's safety always comes through: choose that reason."
        )
        raise ReportError(message)
    is_first = not case.reports.exists()
    made = Report.objects.create(case=case, reporter=by, reason=reason, text=words, reported_at=now)
    if is_first:
        _begin(case, reason, by, now)
    else:
        _hasten(case, reason, by, now)
        tell_assignee(case=case, report=made, now=now)
    return made


def _wait_for_turn(by: User) -> None:
    """Count reports that one person sends at the same moment one after the other."""
    with connection.cursor() as cursor:
        # Not a lock of their row: whom a case tells is locked in another order.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reports of {by.pk}"])


def _case_of(kind: str, reported: Reported, reason: ReportReason, now: datetime) -> Case:
    # Two who report at the same moment meet on the unique row: one makes the case, the other finds it.
    case, _ = (
        Case.objects.unfinished()
        .select_for_update()
        .get_or_create(
            target_kind=kind,
            target_id=reported.id,
            defaults={"about_id": reported.about, "opened_at": now, "due_at": now + CLOCKS[reason]},
        )
    )
    return case


def _begin(case: Case, reason: ReportReason, by: User, now: datetime) -> None:
    CaseEvent.objects.create(case=case, by=None, source=case.state, target=case.state, note="Opened.", at=now)
    case.is_serious = reason in SERIOUS
    case.save(update_fields=["is_serious"])
    _freeze(case, reason, by)
    _tell(case, reason, now)


def _hasten(case: Case, reason: ReportReason, by: User, now: datetime) -> None:
    """Give a case the shorter clock of one more report, and tell anew when that changes something."""
    _freeze(case, reason, by)
    before = case.is_serious, case.due_at
    case.is_serious = case.is_serious or reason in SERIOUS
    case.due_at = min(case.due_at, now + CLOCKS[reason])
    case.save(update_fields=["is_serious", "due_at"])
    if case.assignee is not None and not can_handle(case.assignee, case):
        case.assignee = None
        move(by=None, case=case, target=CaseState.OPEN, now=now, note="Needs somebody else on the team.")
    if (case.is_serious, case.due_at) != before:
        _tell(case, reason, now)


def _tell(case: Case, reason: ReportReason, now: datetime) -> None:
    tell_staff(case=case, reason=reason, now=now)
    ref = f"{case.pk}:{int(case.due_at.timestamp())}"
    enqueue("accounts.case_due", ref, dedupe_key=f"accounts.case_due:{ref}", run_after=case.due_at)


def _freeze(case: Case, reason: ReportReason, by: User) -> None:
    if reason in SERIOUS and case.about_id is not None:
        freeze_between(by.pk, case.about_id)


def _words(text: str) -> str:
    words = text.strip()
    if len(words) > MAX_TEXT:
        message = f"Please shorten this to {MAX_TEXT:,} characters; it has {len(words):,} now."
        raise ReportError(message)
    return words
