"""Staff give Premium, let it run longer, and end it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.models.audit import LONGEST_REASON
from accounts.services.audit import record_action
from memberships.models import AccessGrant
from memberships.models.grant import NOTHING_LEFT, STAFF_MAY_GIVE, Source
from memberships.permissions import can_change_grant, can_give_grant


class GrantError(ValueError):
    """The step does not fit this grant or this person; the text says why, for staff."""


@transaction.atomic
def give_grant(
    *,
    by: User,
    user: User,
    source: Source,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
    now: datetime,
) -> AccessGrant:
    """Give `user` Premium from `starts_at` up to `ends_at` (None: open), with a reason for the audit log.

    Raises GrantError when `by` may not, when the source is a payment, when the reason is missing or too long,
    when the time would be over, or when the same kind of grant is there already: that one can be extended.
    """
    if not can_give_grant(by, user):
        message = "Somebody else on the team has to give this one."
        raise GrantError(message)
    if source not in STAFF_MAY_GIVE:
        message = "A subscription and the program follow their payments; nobody gives them by hand."
        raise GrantError(message)
    _check_reason(reason)
    if ends_at is not None and ends_at <= max(starts_at, now):
        message = "The end has to lie ahead, and after the beginning."
        raise GrantError(message)
    # Lock the person: a form sent twice gives once.
    User.objects.select_for_update().get(pk=user.pk)
    if AccessGrant.objects.of(user).from_source(source).not_over(now).exists():
        message = f"{user.display_name} has a grant of this kind already. Please extend that one."
        raise GrantError(message)
    grant = AccessGrant.objects.create(
        user=user, source=source, starts_at=starts_at, ends_at=ends_at, reason=reason.strip(), granted_by=by
    )
    record_action(by=by, action="grant.given", target=grant, reason=reason.strip())
    return grant


@transaction.atomic
def extend_grant(
    *, by: User, grant: AccessGrant, ends_at: datetime | None, reason: str, now: datetime
) -> None:
    """Move the end of a grant further away (None: open).

    Raises GrantError when `by` may not, when a payment decides, when the reason is missing or too long, when
    the grant is over or was ended, or when the new end is not later than the old one.
    """
    locked = _locked(by, grant, reason)
    if locked.state_at(now) in NOTHING_LEFT:
        message = "This grant is over. Please give a new one."
        raise GrantError(message)
    if locked.ends_at is None:
        message = "This grant has no end already."
        raise GrantError(message)
    if ends_at is not None and ends_at <= locked.ends_at:
        message = "The new end has to be later than the old one."
        raise GrantError(message)
    locked.ends_at = ends_at
    locked.save(update_fields=["ends_at"])
    record_action(by=by, action="grant.extended", target=locked, reason=reason.strip())


@transaction.atomic
def end_grant(*, by: User, grant: AccessGrant, reason: str, now: datetime) -> None:
    """End a grant now. One that was ended, or is over, stays as it is.

    Raises GrantError when `by` may not, when a payment decides, or when the reason is missing or too long.
    """
    locked = _locked(by, grant, reason)
    if locked.state_at(now) in NOTHING_LEFT:
        return
    locked.ended_at, locked.ended_by = now, by
    locked.save(update_fields=["ended_at", "ended_by"])
    record_action(by=by, action="grant.ended", target=locked, reason=reason.strip())


def _locked(by: User, grant: AccessGrant, reason: str) -> AccessGrant:
    if not can_change_grant(by, grant):
        message = "Somebody else on the team has to decide this one."
        raise GrantError(message)
    if grant.source not in STAFF_MAY_GIVE:
        message = "This grant follows a payment, and changes with it alone."
        raise GrantError(message)
    _check_reason(reason)
    return AccessGrant.objects.select_for_update().get(pk=grant.pk)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        message = "Please give a reason; the person may ask for it."
        raise GrantError(message)
    if len(reason) > LONGEST_REASON:
        message = f"Please give the reason in {LONGEST_REASON} characters."
        raise GrantError(message)
