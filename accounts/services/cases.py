"""Staff look at what was reported, step by step (PRODUCT §9).

What a case's people may open is what everybody may see, and the reports themselves. When threads between two
people exist, opening one takes the approval of one more person, asked for in a service of this module and
logged like the steps here.
"""

from datetime import datetime

from django.db import transaction

from accounts.lifecycle import CaseState, can_move
from accounts.models import Case, CaseEvent, User
from accounts.models.safety import CaseOutcome
from accounts.permissions import can_handle
from accounts.services.audit import record_action
from accounts.services.case_notices import forget_waiting, tell_reporters

MAX_NOTE = 500


class CaseError(ValueError):
    """The step can't be taken; the text says why, for staff."""


class CaseStateError(CaseError):
    """The step is not in the transition table."""


@transaction.atomic
def take_case(*, by: User, case: Case, now: datetime) -> None:
    """Let `by` be who looks at the case, also in place of somebody else. Raises CaseError."""
    locked = _locked(by, case)
    if locked.assignee_id == by.pk:
        return
    _must_be_unfinished(locked)
    note = "" if locked.assignee_id is None else "In place of somebody else."
    locked.assignee = by
    move(by=by, case=locked, target=CaseState.ASSIGNED, now=now, note=note)
    record_action(by=by, action="case.taken", target=locked)


@transaction.atomic
def assign_case(*, by: User, case: Case, to: User, now: datetime) -> None:
    """Hand the case to somebody who may handle it. Raises CaseError."""
    locked = _locked(by, case)
    _must_be_unfinished(locked)
    if not can_handle(to, locked):
        message = f"{to.display_name} can't look at this case."
        raise CaseError(message)
    locked.assignee = to
    # No name: a colleague who leaves is to be forgotten here too. The log below has the number.
    move(by=by, case=locked, target=CaseState.ASSIGNED, now=now, note="Handed to a colleague.")
    record_action(by=by, action="case.assigned", target=locked, reason=f"to person {to.pk}")


@transaction.atomic
def add_note(*, by: User, case: Case, note: str, now: datetime) -> None:
    """Keep a line for whoever looks at the case next. Raises CaseError."""
    locked = _locked(by, case)
    words = _words(note)
    CaseEvent.objects.create(case=locked, by=by, source=locked.state, target=locked.state, note=words, at=now)
    record_action(by=by, action="case.noted", target=locked)


@transaction.atomic
def close_case(*, by: User, case: Case, outcome: CaseOutcome, note: str, now: datetime) -> None:
    """End the case by its assignee, with an outcome and the why, and tell who reported. Raises CaseError."""
    locked = _locked(by, case)
    words = _words(note)
    _must_be_unfinished(locked)
    if locked.assignee_id != by.pk:
        message = "Please take the case first, so that one person decides."
        raise CaseError(message)
    if outcome == CaseOutcome.SANCTIONED and not locked.sanctions.exists():
        message = "Please give the sanction from this case first."
        raise CaseError(message)
    locked.outcome, locked.closed_at = outcome, now
    move(by=by, case=locked, target=CaseState.CLOSED, now=now, note=words)
    record_action(by=by, action="case.closed", target=locked, reason=outcome)
    forget_waiting(case=locked)
    tell_reporters(case=locked, now=now)


@transaction.atomic
def move(*, by: User | None, case: Case, target: CaseState, now: datetime, note: str = "") -> None:
    """Take one step of the transition table; the only writer of `Case.state`.

    `case` must be locked by the caller. Raises CaseStateError.
    """
    source = CaseState(case.state)
    if not can_move(source, target):
        message = f"A case that is {source} can't become {target}."
        raise CaseStateError(message)
    case.state = target
    case.save(update_fields=["state", "assignee", "outcome", "closed_at"])
    CaseEvent.objects.create(case=case, by=by, source=source, target=target, note=note, at=now)


def _locked(by: User, case: Case) -> Case:
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if not can_handle(by, locked):
        message = "Somebody else on the team has to look at this one."
        raise CaseError(message)
    return locked


def _must_be_unfinished(case: Case) -> None:
    if case.state == CaseState.CLOSED:
        message = "This case is closed already. What is reported again becomes a new one."
        raise CaseError(message)


def _words(note: str) -> str:
    words = note.strip()
    if not words:
        message = "Please write a line about why, for whoever reads this later."
        raise CaseError(message)
    if len(words) > MAX_NOTE:
        message = f"Please say it in {MAX_NOTE} characters."
        raise CaseError(message)
    return words
