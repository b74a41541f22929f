"""What accounts does in the background."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.handlers import KEEP_MAILS
from accounts.models import AccountMail, IdempotencyToken, Notification
from accounts.services import notifications
from breakthru.lib.mail import RETRY_FOR
from breakthru.outbox import purging
from breakthru.outbox.models import Outbox
from breakthru.outbox.registry import kinds
from breakthru.outbox.services import deliver, enqueue
from tests.factories.notifications import NotificationFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_kinds_are_registered() -> None:
    ours = ("send_account_mail", "clear_expired", "mail_notification", "gather_digests", "send_digest")
    assert {f"accounts.{kind}" for kind in ours} <= kinds()


def clear() -> None:
    enqueue("accounts.clear_expired", "2026-11-22T04:41")
    assert deliver(Outbox.objects.get().pk) is True


def test_expired_sessions_go_and_live_ones_stay() -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - DAY)
    live = Session.objects.create(session_key="live", session_data="", expire_date=now + DAY)
    clear()
    assert list(Session.objects.all()) == [live]


def test_form_tokens_go_after_a_week() -> None:
    now, user = timezone.now(), UserFactory.create()
    young, old = (
        IdempotencyToken.objects.create(user=user, token=uuid.uuid4(), created_at=now - days * DAY)
        for days in (6, 8)
    )
    clear()
    assert list(IdempotencyToken.objects.all()) == [young]
    assert old.pk != young.pk


def test_account_mails_go_after_four_days_sent_or_not() -> None:
    now = timezone.now()
    words = {"text": "Secret link", "html": "<p>Secret link</p>"}
    young = AccountMail.objects.create(to="a@example.test", created_at=now - 3 * DAY, **words)
    AccountMail.objects.create(to="b@example.test", created_at=now - 5 * DAY, **words)
    AccountMail.objects.create(to="c@example.test", created_at=now - 5 * DAY, sent_at=now - 5 * DAY)
    clear()
    assert list(AccountMail.objects.all()) == [young]


def test_account_mails_are_kept_for_as_long_as_they_are_tried() -> None:
    assert KEEP_MAILS > RETRY_FOR


def test_notifications_go_after_a_year_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "SLICE", 1)
    now = timezone.now()
    young = NotificationFactory.create(created_at=now - 364 * DAY)
    NotificationFactory.create_batch(2, created_at=now - 366 * DAY)
    clear()
    assert Notification.objects.count() == 2
    while following := Outbox.objects.due().first():
        assert (following.kind, deliver(following.pk)) == ("accounts.clear_expired", True)
    assert list(Notification.objects.all()) == [young]


def test_clearing_goes_on_slice_by_slice_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "SLICE", 2)
    long_ago = timezone.now() - 99 * DAY
    for number in range(3):
        Session.objects.create(session_key=f"old{number}", session_data="", expire_date=long_ago)
        AccountMail.objects.create(to="a@example.test", created_at=long_ago)
    clear()
    while following := Outbox.objects.due().first():
        assert (following.kind, deliver(following.pk)) == ("accounts.clear_expired", True)
    assert (Session.objects.count(), AccountMail.objects.count()) == (0, 0)
