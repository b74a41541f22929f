"""Keep two people apart: silent, and for both the same."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import User
from accounts.models.notification import Notification
from accounts.models.privacy import Block
from accounts.registries.safety import part_people


class BlockError(ValueError):
    """Nobody is apart from themselves."""


@transaction.atomic
def block(*, by: User, other: User, now: datetime) -> None:
    """Keep `by` and `other` apart from now on; again changes nothing. Nobody is told. Raises BlockError.

    Every part of the site ends or holds what the two share in the same transaction.
    """
    if by.pk == other.pk:
        message = "Nobody can block themselves."
        raise BlockError(message)
    # In one order, so that two who block each other at the same moment do not wait for one another.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=(by.pk, other.pk)).order_by("pk"))
    _, is_new = Block.objects.get_or_create(blocker=by, blocked=other, defaults={"created_at": now})
    if is_new:
        part_people(by.pk, other.pk)
        _put_away(user=by, actor=other, now=now)
        _put_away(user=other, actor=by, now=now)


@transaction.atomic
def unblock(*, by: User, other: User) -> None:
    """Take a block of `by` back; one that `other` made stays."""
    Block.objects.filter(blocker=by, blocked=other).delete()


def are_apart(one: User, other: User) -> bool:
    """Say whether either of the two blocked the other."""
    return Block.objects.between(one, other).exists()


def has_blocked(*, by: User, other: User) -> bool:
    """Say whether `by` blocked `other`; whether it is the other way round is nobody's to know."""
    return Block.objects.made_by(by).filter(blocked=other).exists()


def _put_away(*, user: User, actor: User, now: datetime) -> None:
    """Count what `actor` caused as read: the inbox hides it now, and mails leave out what is read."""
    rows = Notification.objects.filter(user=user, actor=actor, read_at=None)
    count = rows.unread().count()
    rows.update(read_at=now)
    if count:
        User.objects.filter(pk=user.pk).update(unread_count=Greatest(F("unread_count") - count, 0))
