"""Outbox handlers of accounts."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import AccountMail, IdempotencyToken
from accounts.services.mail import send_account_mail as send

KEEP_TOKENS = timedelta(days=7)
KEEP_MAILS = timedelta(days=30)


def send_account_mail(ref: str) -> None:
    """Send the account mail of that id."""
    send(mail_id=int(ref))


def clear_expired(slot: str) -> None:
    """Delete expired sessions, old form tokens, and the traces of account mails."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    IdempotencyToken.objects.filter(created_at__lt=now - KEEP_TOKENS).delete()
    AccountMail.objects.filter(created_at__lt=now - KEEP_MAILS).delete()
