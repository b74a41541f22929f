"""What staff decide about a person: with a reason, a length, and a way to appeal (PRODUCT §9)."""

from datetime import datetime

from django.db import transaction

from accounts.models import Case, Sanction, User
from accounts.models.audit import LONGEST_REASON
from accounts.models.safety import SanctionKind
from accounts.models.user import FOR_GOOD
from accounts.permissions import can_decide_appeal, can_sanction
from accounts.services.audit import record_action
from accounts.services.sanction_notices import tell_about_appeal, tell_decided, tell_lifted, tell_sanctioned
from accounts.services.sessions import end_other_sessions

MAX_REASON = MAX_ANSWER = 500
MAX_APPEAL = 2000
# Leaves room in the log for what it belongs to.
MAX_LIFT_REASON = LONGEST_REASON - 50
# A word is said once, and nobody is let back in by a clock.
WITHOUT_END = frozenset({SanctionKind.NOTE, SanctionKind.REMOVED})


class SanctionError(ValueError):
    """It can't be decided so; the text says why, for people."""


@transaction.atomic
def sanction(
    *,
    by: User,
    user: User,
    kind: SanctionKind,
    reason: str,
    until: datetime | None,
    case: Case | None = None,
    now: datetime,
) -> Sanction:
    """Decide something about `user`, until then or for good, and tell them why. Raises SanctionError."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not can_sanction(by, kind, locked):
        message = "Somebody else on the team has to decide this one."
        raise SanctionError(message)
    _check_end(kind, until, now)
    if case is not None and case.about_id != locked.pk:
        message = "That case is about somebody else."
        raise SanctionError(message)
    given = Sanction.objects.create(
        user=locked,
        kind=kind,
        reason=_words(reason, MAX_REASON),
        starts_at=now,
        until=until,
        case=case,
        by=by,
    )
    record_action(by=by, action=f"sanction.{kind}", target=locked, reason=f"sanction {given.pk}")
    tell_sanctioned(sanction=given, now=now)
    _apply(given, locked, now)
    return given


@transaction.atomic
def lift(*, by: User, sanction: Sanction, reason: str, now: datetime) -> None:
    """Take a sanction back before its end, and tell the person. Raises SanctionError."""
    locked, person = _locked(sanction)
    if not can_sanction(by, SanctionKind(locked.kind), person):
        message = "Somebody else on the team has to decide this one."
        raise SanctionError(message)
    if locked.is_over(now):
        message = "This is over already."
        raise SanctionError(message)
    why = _words(reason, MAX_LIFT_REASON)
    _lift(locked, person, now)
    record_action(by=by, action="sanction.lifted", target=person, reason=f"sanction {locked.pk}: {why}")
    tell_lifted(sanction=locked, now=now)


@transaction.atomic
def appeal(*, by: User, sanction: Sanction, text: str, now: datetime) -> None:
    """Ask for another look, once, in the person's own words. Raises SanctionError."""
    locked, person = _locked(sanction)
    if person.pk != by.pk or not locked.can_be_appealed:
        message = "We have your appeal already, or this was taken back."
        raise SanctionError(message)
    locked.appeal, locked.appealed_at = _words(text, MAX_APPEAL), now
    locked.save(update_fields=["appeal", "appealed_at"])
    tell_about_appeal(sanction=locked, now=now)


@transaction.atomic
def decide_appeal(*, by: User, sanction: Sanction, is_upheld: bool, answer: str, now: datetime) -> None:
    """Answer an appeal; one that is upheld takes the sanction back. Raises SanctionError."""
    locked, person = _locked(sanction)
    if not can_decide_appeal(by, locked):
        message = "An appeal is read by somebody other than who decided."
        raise SanctionError(message)
    if not locked.waits_for_an_answer:
        message = "There is no appeal that waits for an answer."
        raise SanctionError(message)
    locked.appeal_answer = _words(answer, MAX_ANSWER)
    locked.appeal_decided_at, locked.appeal_decided_by = now, by
    locked.save(update_fields=["appeal_answer", "appeal_decided_at", "appeal_decided_by"])
    if is_upheld:
        _lift(locked, person, now)
    action = "appeal.upheld" if is_upheld else "appeal.refused"
    record_action(by=by, action=action, target=person, reason=f"sanction {locked.pk}")
    tell_decided(sanction=locked, now=now)


def has_sanction(*, user: User, kind: SanctionKind, now: datetime) -> bool:
    """Say whether a sanction of that kind holds now; a suspension is asked with `User.is_suspended`."""
    return Sanction.objects.of(user).of_kind(kind).holding(now).exists()


def _locked(sanction: Sanction) -> tuple[Sanction, User]:
    # The person first, as when it is given: what holds is worked out under one lock.
    person = User.objects.select_for_update().get(pk=sanction.user_id)
    locked = Sanction.objects.select_for_update().get(pk=sanction.pk)
    locked.user = person
    return locked, person


def _check_end(kind: SanctionKind, until: datetime | None, now: datetime) -> None:
    if until is not None and kind in WITHOUT_END:
        message = "A word from staff and a removal have no end; please leave it out."
        raise SanctionError(message)
    if until is not None and until <= now:
        message = "Please choose an end that lies ahead."
        raise SanctionError(message)


def _apply(given: Sanction, person: User, now: datetime) -> None:
    if given.kind == SanctionKind.SUSPENDED:
        _keep_suspension(person, now)
    elif given.kind == SanctionKind.REMOVED:
        person.is_active = False
        person.save(update_fields=["is_active"])
        # No session is kept: no key is empty.
        end_other_sessions(by=person, keep="")


def _lift(sanction: Sanction, person: User, now: datetime) -> None:
    sanction.lifted_at = now
    sanction.save(update_fields=["lifted_at"])
    if sanction.kind == SanctionKind.SUSPENDED:
        _keep_suspension(person, now)
    elif sanction.kind == SanctionKind.REMOVED:
        is_removed = has_sanction(user=person, kind=SanctionKind.REMOVED, now=now)
        person.is_active = not is_removed and person.erased_at is None
        person.save(update_fields=["is_active"])


def _keep_suspension(person: User, now: datetime) -> None:
    holding = Sanction.objects.of(person).of_kind(SanctionKind.SUSPENDED).holding(now)
    ends = [row.until or FOR_GOOD for row in holding]
    person.suspended_until = max(ends, default=None)
    person.save(update_fields=["suspended_until"])


def _words(text: str, longest: int) -> str:
    words = text.strip()
    if not words:
        message = "Please say why in a sentence or two."
        raise SanctionError(message)
    if len(words) > longest:
        message = f"Please say it in {longest:,} characters."
        raise SanctionError(message)
    return words
