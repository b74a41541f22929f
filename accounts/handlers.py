"""Outbox handlers of accounts."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import AccountMail, IdempotencyToken
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
    """Delete expired sessions, old form tokens, and account mails, sent or not, slice by slice."""
    now = timezone.now()
    expired = [
        Session.objects.filter(expire_date__lt=now),
        IdempotencyToken.objects.filter(created_at__lt=now - KEEP_TOKENS),
        AccountMail.objects.filter(created_at__lt=now - KEEP_MAILS),
    ]
    if any(delete_slice(rows) for rows in expired):
        enqueue("accounts.clear_expired", slot)
