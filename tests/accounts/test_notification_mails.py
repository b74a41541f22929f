"""The mail about one thing, sent when it happened, if it is still wanted and still true."""

import smtplib
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Digest, Notification, Suppression, User
from accounts.models.notification import Rhythm
from accounts.models.privacy import Block
from accounts.registries import notifications as registry
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services import notifications
from accounts.services.notifications import mail_notification, withdraw
from breakthru.lib.mail import message_id
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver, enqueue
from tests.factories.notifications import KIND, NotificationFactory, choose
from tests.factories.questions import answered
from tests.factories.safety import CaseFactory

pytestmark = pytest.mark.django_db
# Seven in the morning and noon in New York, where everybody here lives.
QUIET = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def _told(**fields: Any) -> Notification:
    """Somebody was told of an answer that can be seen."""
    answer = answered()
    Outbox.objects.all().delete()
    told = Notification.objects.get(key=f"answer:{answer.pk}")
    Notification.objects.filter(pk=told.pk).update(**fields)
    return told


def _send(told: Notification) -> list[str]:
    """Let a worker mail it at noon; return to whom."""
    mail_notification(notification_id=told.pk, now=NOON)
    return [message.to[0] for message in mail.outbox]


def test_mail_that_comes_up_in_quiet_hours_is_put_off_once_more() -> None:
    """The worker was away, or the person moved: what was true when it happened is not asked."""
    told = _told()
    mail_notification(notification_id=told.pk, now=QUIET)
    assert mail.outbox == []
    (later,) = Outbox.objects.filter(run_after=datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    assert (later.kind, later.ref) == ("accounts.mail_notification", str(told.pk))


def test_mail_goes_to_the_person_once() -> None:
    told = _told()
    assert _send(told) == [told.user.email]
    told.refresh_from_db()
    assert told.mailed_at == NOON
    assert _send(told) == [told.user.email]


def test_mail_has_a_stable_id_and_can_be_stopped_with_one_click() -> None:
    _send(_told())
    headers = mail.outbox[0].extra_headers
    assert headers["Message-ID"] == message_id(f"notification:{Notification.objects.get().pk}")
    assert headers["List-Unsubscribe"].startswith("<http://testserver/notifications/unsubscribe/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_is_sent_by_its_outbox_row() -> None:
    with time_machine.travel(NOON, tick=False):
        told = _told()
        enqueue("accounts.mail_notification", told.pk)
        assert deliver(Outbox.objects.get().pk) is True
    assert [message.to for message in mail.outbox] == [[told.user.email]]


@pytest.mark.parametrize("state", [{"read_at": NOON}, {"mailed_at": NOON}])
def test_mail_is_not_sent_about_what_was_read_or_mailed(state: dict[str, Any]) -> None:
    assert _send(_told(**state)) == []


def test_mail_is_not_sent_about_what_a_digest_tells() -> None:
    told = _told()
    digest = Digest.objects.create(user=told.user, rhythm=Rhythm.DAILY, day=NOON.date())
    Notification.objects.filter(pk=told.pk).update(digest=digest)
    assert _send(told) == []


def test_mail_is_not_sent_about_what_was_withdrawn() -> None:
    told = _told()
    withdraw(kind=KIND, key=told.key)
    assert _send(told) == []


def test_mail_is_not_sent_to_who_said_no_meanwhile() -> None:
    told = _told()
    choose(told.user, Rhythm.NEVER)
    assert _send(told) == []


def test_mail_goes_into_the_digest_that_was_chosen_meanwhile() -> None:
    told = _told()
    choose(told.user, Rhythm.WEEKLY)
    assert _send(told) == []
    assert list(Notification.objects.waiting(Rhythm.WEEKLY)) == [told]


def test_mail_is_not_sent_to_an_address_that_went_bad_meanwhile() -> None:
    told = _told()
    Suppression.objects.create(email=told.user.email, reason=Suppression.Reason.COMPLAINT)
    assert _send(told) == []


def test_mail_is_not_sent_about_somebody_who_is_apart_by_now() -> None:
    told = _told()
    assert told.actor is not None
    Block.objects.create(blocker=told.user, blocked=told.actor)
    assert _send(told) == []


def test_mail_is_not_sent_to_a_closed_account() -> None:
    told = _told()
    User.objects.filter(pk=told.user_id).update(is_active=False)
    assert _send(told) == []


def test_mail_about_the_work_of_staff_is_not_sent_to_who_left_the_team() -> None:
    mails = []
    for has_left in (True, False):
        told = NotificationFactory.create(
            kind="accounts.case_opened", key=f"case:{CaseFactory.create().pk}:1"
        )
        User.objects.filter(pk=told.user_id).update(is_staff=not has_left)
        mails.append(_send(told))
    assert mails == [[], [told.user.email]]


def test_mail_of_a_fixed_kind_offers_no_way_to_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = NotificationKind(key="feed.fixed", label="f", why="w", tab=Tab.ACCOUNT, is_fixed=True)
    monkeypatch.setattr(registry, "_kinds", {**registry._kinds, fixed.key: fixed})
    asked: list[str] = []

    def keep(row: Notification, *, unsubscribe_url: str, **rest: Any) -> Any:
        asked.append(unsubscribe_url)
        return mail.EmailMessage("s", "b", to=[row.user.email])

    monkeypatch.setattr(notifications, "notification_mail", keep)
    told = NotificationFactory.create(kind=fixed.key)
    assert (_send(told), asked) == ([told.user.email], [""])


def test_mail_that_is_refused_for_good_suppresses_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({told.user.email: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert _send(told) == []
    told.refresh_from_db()
    assert told.mailed_at is None
    assert list(Suppression.objects.values_list("email", "reason", "at")) == [
        (told.user.email, "bounce", NOON)
    ]
