"""Delete an account: asked for, undone within the grace, or done."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Deletion, User
from accounts.permissions import is_on_staff
from accounts.registries.notifications import NotificationKind, Tab
from accounts.registries.personal_data import hindrances
from accounts.services.audit import record_action
from accounts.services.erasing import erase_rows
from accounts.services.mail import queue_account_mail
from accounts.services.notifications import notify
from accounts.services.sessions import end_other_sessions
from breakthru.lib.mail import compose
from breakthru.lib.zones import zone_or_default
from breakthru.outbox.services import enqueue

GRACE = timedelta(days=14)
# Who asked and took it back may ask again after so long (RELIABILITY §3).
PAUSE = timedelta(days=1)
# No request lasts longer.
LATE_ROWS = timedelta(minutes=10)
# So many deletions are handed out by one handler.
SLICE = 200
WAITS = NotificationKind(
    key="accounts.leaving_waits",
    label="My account and its end",
    why="You get this because you asked to delete your BreakThru account.",
    tab=Tab.ACCOUNT,
    is_fixed=True,
)


class LeavingError(ValueError):
    """The account can't be deleted now; the text says why, for people."""


@transaction.atomic
def request_deletion(*, by: User, keep: str, now: datetime) -> Deletion:
    """Have `by` deleted after the grace; asked twice it is one. Raises LeavingError.

    All sessions but the one with the key `keep` end, and a mail says how to undo it.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    asked = Deletion.objects.of(user)
    if underway := asked.underway().first():
        return underway
    if is_on_staff(user):
        message = "You are on the staff. Please ask an admin to take that role from you first."
        raise LeavingError(message)
    if asked.filter(requested_at__gt=now - PAUSE).exists():
        message = "You asked for this and took it back today. Please sleep on it, and ask again tomorrow."
        raise LeavingError(message)
    deletion = Deletion.objects.create(user=user, requested_at=now, due_at=now + GRACE)
    _mark(by, deletion.due_at)
    end_other_sessions(by=by, keep=keep)
    _mail(user, "leaving_asked", path=reverse("accounts:delete"), day=_day(user, deletion.due_at))
    return deletion


@transaction.atomic
def undo_deletion(*, by: User, now: datetime) -> bool:
    """Keep the account of `by` after all; return whether it was on its way to be deleted."""
    # Locked as for erasing: of the two at the same moment, one is first, and the other finds it done.
    user = User.objects.select_for_update().get(pk=by.pk)
    if not Deletion.objects.of(user).underway().update(undone_at=now):
        return False
    _mark(by, None)
    _mail(user, "leaving_undone", path=reverse("accounts:privacy"))
    return True


@transaction.atomic
def hand_out_due(*, after: int, now: datetime) -> int | None:
    """Have the next due deletions behind id `after` done, each once a day; return the last id or None.

    One that something stands in the way of is handed out again on the next day.
    """
    due = Deletion.objects.due(now).filter(pk__gt=after).order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:SLICE])
    for pk in ids:
        enqueue("accounts.erase_person", pk, dedupe_key=f"accounts.erase_person:{pk}@{now:%Y-%m-%d}")
    return ids[-1] if len(ids) == SLICE else None


@transaction.atomic
def erase_person(*, deletion_id: int, now: datetime) -> bool:
    """Do one due deletion, all of it or nothing, and write a last mail; return whether it was done here.

    While something must end first, that is begun, and the person is told once.
    """
    user = User.objects.select_for_update().filter(deletions=deletion_id).first()
    if user is None or not Deletion.objects.due(now).filter(pk=deletion_id).exists():
        return False
    if obstacles := _obstacles(user, now):
        notify(
            to=user,
            kind=WAITS.key,
            key=f"deletion:{deletion_id}",
            path=reverse("accounts:delete"),
            now=now,
            words={"obstacles": " ".join(obstacles)},
        )
        return False
    address, name = user.email, user.display_name
    erase_rows(person=user, now=now)
    Deletion.objects.filter(pk=deletion_id).update(erased_at=now)
    # What was being written about the person just now waits for this to end, and is found then.
    enqueue("accounts.erase_late_rows", user.pk, run_after=now + LATE_ROWS)
    record_action(by=None, action="person.erased", target=user)
    # Only now: what waits to be mailed to the address goes with the rest.
    _queue(address, "leaving_done", name=name)
    return True


def _obstacles(user: User, now: datetime) -> list[str]:
    if is_on_staff(user):
        return ["You are on the staff: an admin has to take that role from you first."]
    return hindrances(user.pk, now)


def _mark(user: User, leaves_at: datetime | None) -> None:
    user.leaves_at = leaves_at
    user.save(update_fields=["leaves_at"])


def _day(user: User, instant: datetime) -> str:
    return f"{timezone.localtime(instant, zone_or_default(user.time_zone)):%B %-d, %Y}"


def _mail(user: User, name: str, **context: str) -> None:
    _queue(user.email, name, name=user.display_name, **context)


def _queue(to: str, template: str, **context: str) -> None:
    """Keep a mail from `emails/accounts/`: the address may be gone when a worker sends it."""
    mail = compose(
        f"accounts/{template}", to=to, key=template, context={"site_url": settings.SITE_URL, **context}
    )
    queue_account_mail(
        to=to, subject=str(mail.subject), text=str(mail.body), html=str(mail.alternatives[0][0])
    )
