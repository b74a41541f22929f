"""What a digest says, and to whom it is sent, once."""

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Digest, Notification, Suppression, User
from accounts.models.notification import Rhythm
from accounts.models.privacy import Block
from accounts.services import digests
from accounts.services.digests import send_digest
from accounts.services.mail import read_unsubscribe_token
from accounts.services.notifications import mark_all_read, withdraw
from breakthru.lib.mail import message_id
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from tests.accounts.conftest import html_of
from tests.factories.notifications import EIGHT, KIND, choose, gather, waiting
from tests.factories.people import UserFactory
from tests.outbox.clock import let_pass

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def send_all(now: datetime = EIGHT) -> list[EmailMultiAlternatives]:
    """Send every digest as its handler does; return all mails sent up to now."""
    for pk in Digest.objects.order_by("pk").values_list("pk", flat=True):
        send_digest(digest_id=pk, now=now)
    return mail.outbox  # type: ignore[return-value]


def test_a_digest_tells_everything_in_one_mail_oldest_first() -> None:
    user = UserFactory.create(display_name="Jordan")
    for hours, title in ((3, "Is it late?"), (2, "A <b> & more?")):
        waiting(
            user, words={"title": title}, path=f"/feed/{hours}/x/#answer-1", created_at=EIGHT - hours * HOUR
        )
    gather()
    (sent,) = send_all()
    assert sent.to == [user.email]
    assert sent.subject == "Leila answered “Is it late?” and 1 more"
    assert sent.extra_headers["Message-ID"] == message_id(f"digest:{Digest.objects.get().pk}")
    first = "Leila answered “Is it late?”:\nhttp://testserver/feed/3/x/#answer-1\n"
    second = "Leila answered “A <b> & more?”:\nhttp://testserver/feed/2/x/#answer-1\n"
    assert f"{first}\n{second}" in sent.body
    html = html_of(sent)
    assert html.index("Is it late?") < html.index("A &lt;b&gt; &amp; more?")
    for words in (
        "Hello Jordan,",
        "http://testserver/feed/2/x/#answer-1",
        "once a day",
        "Your day on BreakThru",
    ):
        assert words in sent.body
        assert words in html


def test_a_weekly_digest_says_so() -> None:
    waiting(rhythm=Rhythm.WEEKLY)
    gather(rhythm=Rhythm.WEEKLY)
    (sent,) = send_all()
    for words in ("Your week on BreakThru", "once a week"):
        assert words in sent.body
        assert words in html_of(sent)


def test_a_digest_of_one_says_what_happened_in_its_subject() -> None:
    waiting(words={"title": "Is it late?"})
    gather()
    assert [sent.subject for sent in send_all()] == ["Leila answered “Is it late?”"]


def test_a_digest_can_be_stopped_with_one_click_and_chosen_anew() -> None:
    told = waiting()
    gather()
    (sent,) = send_all()
    url = sent.extra_headers["List-Unsubscribe"].strip("<>")
    token = url.removeprefix("http://testserver/notifications/unsubscribe/").removesuffix("/")
    assert read_unsubscribe_token(token) == (told.user, "digest:daily")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for address in (url, "http://testserver/notifications/settings/"):
        assert address in sent.body
        assert address in html_of(sent)


def test_a_digest_names_a_former_member_without_a_name() -> None:
    waiting(actor=None, words={"title": "Is it late?"})
    gather()
    (sent,) = send_all()
    assert sent.subject == "A mentor answered “Is it late?”"
    assert "<strong>A mentor</strong>" in html_of(sent)


def test_a_digest_is_sent_once_however_often_it_is_handed_out() -> None:
    waiting()
    gather()
    assert [len(send_all()), len(send_all(EIGHT + HOUR))] == [1, 1]
    assert Digest.objects.get().sent_at == EIGHT


def test_a_digest_that_is_gone_is_no_work_any_more() -> None:
    send_digest(digest_id=1, now=EIGHT)
    assert mail.outbox == []


def test_a_digest_leaves_out_what_was_read_withdrawn_or_is_of_somebody_apart_by_now() -> None:
    user, blocked = UserFactory.create(), UserFactory.create(display_name="Apart")
    rows = [waiting(user, words={"title": f"Title {number}"}) for number in range(3)]
    waiting(user, actor=blocked, words={"title": "Title 3"})
    gather()
    Notification.objects.filter(pk=rows[0].pk).update(read_at=EIGHT)
    withdraw(kind=KIND, key=rows[1].key)
    Block.objects.create(blocker=blocked, blocked=user)
    (sent,) = send_all()
    told = [title for title in ("Title 0", "Title 1", "Title 2", "Title 3") if title in sent.body]
    assert told == ["Title 2"]


def test_a_digest_of_which_everything_was_read_is_not_sent() -> None:
    told = waiting()
    gather()
    mark_all_read(by=told.user, now=EIGHT)
    assert send_all() == []
    assert Digest.objects.get().sent_at == EIGHT


def test_a_digest_leaves_out_kinds_that_the_person_stopped_and_that_are_no_more() -> None:
    stopped = waiting()
    waiting(stopped.user, kind="feed.of_the_past")
    gather()
    choose(stopped.user, Rhythm.NEVER)
    assert send_all() == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"leaves_at": EIGHT + DAY}])
def test_a_digest_is_not_sent_to_who_left_meanwhile(change: dict[str, Any]) -> None:
    told = waiting()
    gather()
    User.objects.filter(pk=told.user_id).update(**change)
    assert send_all() == []
    assert Digest.objects.get().sent_at == EIGHT


def test_a_digest_keeps_to_quiet_hours() -> None:
    told = waiting()
    gather()
    Outbox.objects.all().delete()
    assert send_all(EIGHT - HOUR) == []
    digest, row = Digest.objects.get(), Outbox.objects.get()
    assert (digest.sent_at, row.kind, row.ref, row.run_after) == (
        None, "accounts.send_digest", str(digest.pk), EIGHT,
    )  # fmt: skip
    assert told.user_id == digest.user_id


def test_a_long_digest_tells_the_first_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MOST", 2)
    user = UserFactory.create()
    for number in range(5):
        waiting(user, words={"title": f"Title {number}"}, created_at=EIGHT - DAY + number * HOUR)
    gather()
    (sent,) = send_all()
    assert sent.subject == "Leila answered “Title 0” and 4 more"
    assert [f"Title {number}" in sent.body for number in range(5)] == [True, True, False, False, False]
    for part in (sent.body, html_of(sent)):
        assert "And 3 more on your notifications page." in part


def test_a_digest_that_is_just_as_long_as_it_may_be_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MOST", 2)
    user = UserFactory.create()
    waiting(user)
    waiting(user)
    gather()
    assert "more on your" not in send_all()[0].body


def test_sending_takes_the_same_queries_for_one_line_and_for_three(django_assert_num_queries: Any) -> None:
    user = UserFactory.create()
    for day in range(3):
        for _ in range(2 * day + 1):
            waiting(user, created_at=EIGHT + (day - 1) * DAY)
        gather(EIGHT + day * DAY)
        digest = Digest.objects.get(sent_at=None)
        with django_assert_num_queries(6):
            send_digest(digest_id=digest.pk, now=EIGHT + day * DAY)
    assert len(mail.outbox) == 3


def test_a_digest_waits_whole_while_the_mail_server_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting()
    gather()
    row = Outbox.objects.get()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected

    with time_machine.travel(EIGHT, tick=False):
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", refuse)
            assert deliver(row.pk) is False
        assert Digest.objects.get().sent_at is None
        let_pass(2 * HOUR)
        assert deliver(row.pk) is True
    assert len(mail.outbox) == 1


def test_a_digest_that_is_refused_for_good_suppresses_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told = waiting()
    gather()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({told.user.email: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert send_all() == []
    assert list(Suppression.objects.values_list("email", "reason")) == [(told.user.email, "bounce")]
    assert Digest.objects.get().sent_at == EIGHT
