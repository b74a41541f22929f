"""Outbox handlers of accounts."""

import uuid
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import AccountMail, IdempotencyToken
from accounts.models.notification import Rhythm
from accounts.services import digests, erasing, exporting, leaving, notifications, reports
from accounts.services.mail import send_account_mail as send
from breakthru.outbox.purging import delete_slice
from breakthru.outbox.services import enqueue

KEEP_TOKENS = timedelta(days=7)
# A day longer than a mail is tried; by then the links in it have expired.
KEEP_MAILS = timedelta(days=4)


def send_account_mail(ref: str) -> None:
    """Send the account mail of that id."""
    send(mail_id=int(ref))


def clear_expired(slot: str) -> None:
    """Delete expired sessions, old form tokens, account mails, notifications, copies of data, in slices."""
    now = timezone.now()
    expired = [
        Session.objects.filter(expire_date__lt=now),
        IdempotencyToken.objects.filter(created_at__lt=now - KEEP_TOKENS),
        AccountMail.objects.filter(created_at__lt=now - KEEP_MAILS),
    ]
    is_more = [delete_slice(rows) for rows in expired]
    is_more += [notifications.forget_expired(now=now), exporting.clear_exports(now=now)]
    if any(is_more):
        enqueue("accounts.clear_expired", slot)


def mail_notification(ref: str) -> None:
    """Mail the notification of that id."""
    notifications.mail_notification(notification_id=int(ref), now=timezone.now())


def gather_digests(ref: str) -> None:
    """Make the digests that are due, a slice at a time.

    `ref` is the slot, and from the first slice on also the rhythm and the id of the person reached:
    "2026-11-22T08:00 daily 4711".
    """
    slot, _, place = ref.partition(" ")
    if not place:
        for rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
            _gather_on(slot, rhythm, 0)
        return
    rhythm, after = Rhythm(place.split()[0]), int(place.split()[1])
    last = digests.gather_slice(rhythm=rhythm, after=after, now=timezone.now())
    if last is not None:
        _gather_on(slot, rhythm, last)


def _gather_on(slot: str, rhythm: Rhythm, after: int) -> None:
    ref = f"{slot} {rhythm} {after}"
    enqueue("accounts.gather_digests", ref, dedupe_key=f"accounts.gather_digests@{ref}")


def send_digest(ref: str) -> None:
    """Send the digest of that id."""
    digests.send_digest(digest_id=int(ref), now=timezone.now())


def case_due(ref: str) -> None:
    """See whether a case was decided in time; `ref` is its id and the end of its clock: "12:1790000000"."""
    case, _, due = ref.partition(":")
    reports.remind_of_case(case_id=int(case), due=int(due), now=timezone.now())


def erase_due(ref: str) -> None:
    """Have everybody erased whose grace is over, a slice at a time; `ref` is the slot and the id reached."""
    slot, _, after = ref.partition(" ")
    last = leaving.hand_out_due(after=int(after or 0), now=timezone.now())
    if last is not None:
        enqueue("accounts.erase_due", f"{slot} {last}", dedupe_key=f"accounts.erase_due@{slot} {last}")


def erase_person(ref: str) -> None:
    """Do the deletion of that id."""
    leaving.erase_person(deletion_id=int(ref), now=timezone.now())


def erase_late_rows(ref: str) -> None:
    """Erase what was written about the person of that id while they were erased."""
    erasing.erase_late_rows(person_id=int(ref))


def make_export(ref: str) -> None:
    """Make the copy of that id."""
    exporting.make_export(export_id=uuid.UUID(ref), now=timezone.now())


def tell_of_export(ref: str) -> None:
    """Tell somebody that the copy of that id is there."""
    exporting.tell_of_export(export_id=uuid.UUID(ref), now=timezone.now())
