"""Account mails through the outbox, and which mails a person wants."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import AccountMail, MailChoice
from accounts.models.mail import MailKind
from accounts.services.mail import (
    UnsubscribeTokenError,
    choose_mail,
    queue_account_mail,
    read_unsubscribe_token,
    send_account_mail,
    unsubscribe_url,
    wants_mail,
)
from breakthru.lib.mail import message_id
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from tests.accounts.conftest import Worker
from tests.factories.people import UserFactory
from tests.outbox.clock import let_pass

pytestmark = pytest.mark.django_db
KIND = MailKind.QUESTION_ANSWERED


def queued() -> AccountMail:
    queue_account_mail(to="a@example.test", subject="Hello", text="Secret link", html="<p>Secret link</p>")
    return AccountMail.objects.get()


def test_queue_keeps_the_mail_and_its_intent_and_sends_nothing() -> None:
    kept = queued()
    assert mail.outbox == []
    assert list(Outbox.objects.values_list("kind", "ref")) == [("accounts.send_account_mail", str(kept.pk))]
    # Redis and logs see an id only.
    assert (kept.to, kept.text, kept.sent_at) == ("a@example.test", "Secret link", None)


def test_worker_sends_one_mail_and_forgets_its_words(work_off: Worker) -> None:
    kept = queued()
    (sent,) = work_off()
    assert (sent.to, sent.subject, sent.body) == (["a@example.test"], "Hello", "Secret link\n")
    assert sent.extra_headers["Message-ID"] == message_id(f"account-mail:{kept.pk}")
    assert [tuple(part) for part in sent.alternatives] == [("<p>Secret link</p>", "text/html")]
    kept.refresh_from_db()
    assert (kept.text, kept.html, kept.sent_at is not None) == ("", "", True)


def test_mail_that_was_sent_is_not_sent_again(work_off: Worker) -> None:
    kept = queued()
    work_off()
    Outbox.objects.create(kind="accounts.send_account_mail", ref=str(kept.pk))
    assert work_off() == []


def test_mail_waits_with_its_words_while_the_mail_server_is_down(
    monkeypatch: pytest.MonkeyPatch, work_off: Worker
) -> None:
    kept = queued()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        assert deliver(Outbox.objects.get().pk) is False
    kept.refresh_from_db()
    assert (kept.text, kept.sent_at) == ("Secret link", None)
    let_pass(timedelta(hours=1))
    assert [sent.body for sent in work_off()] == ["Secret link\n"]


def test_mail_that_is_refused_for_good_is_done_and_forgets_its_words(
    monkeypatch: pytest.MonkeyPatch, work_off: Worker
) -> None:
    kept = queued()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({kept.to: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert work_off() == []
    kept.refresh_from_db()
    assert (kept.text, kept.html, kept.sent_at, kept.refused_at is not None) == ("", "", None, True)
    monkeypatch.undo()
    # A repeated message of the outbox changes nothing.
    send_account_mail(mail_id=kept.pk)
    assert mail.outbox == []


def test_mail_that_was_purged_is_no_work_any_more(work_off: Worker) -> None:
    queued().delete()
    assert work_off() == []


# --- Choices ------------------------------------------------------------------------------------------------


def token_of(url: str) -> str:
    return url.removeprefix("http://testserver/notifications/unsubscribe/").removesuffix("/")


def test_unsubscribe_link_names_person_and_kind() -> None:
    user = UserFactory.create()
    url = unsubscribe_url(user=user, kind=KIND)
    assert url.startswith("http://testserver/notifications/unsubscribe/")
    assert read_unsubscribe_token(token_of(url)) == (user, KIND)
    assert user.email not in url


def test_unsubscribe_link_of_a_deleted_person_is_none_of_ours() -> None:
    user = UserFactory.create()
    token = token_of(unsubscribe_url(user=user, kind=KIND))
    user.delete()
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(token)


def forged(user_id: int) -> list[str]:
    salt = "accounts.unsubscribe"
    return [
        "",
        "x",
        "\x00",
        signing.dumps([user_id, str(KIND)]),
        signing.dumps([user_id, str(KIND)], key="another", salt=salt),
        signing.dumps([user_id, "a kind of the past"], salt=salt),
        signing.dumps([user_id], salt=salt),
        signing.dumps([user_id, str(KIND)], salt=salt) + "x",
    ]


@pytest.mark.parametrize("number", range(8))
def test_unsubscribe_link_that_is_none_of_ours_is_refused(number: int) -> None:
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(forged(UserFactory.create().pk)[number])


def test_mail_is_not_wanted_at_an_address_that_was_never_confirmed() -> None:
    assert wants_mail(user=UserFactory.create(verified=False), kind=KIND) is False


def test_mail_is_wanted_until_a_person_says_no() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    assert wants_mail(user=user, kind=KIND) is True
    choose_mail(user=user, kind=KIND, is_wanted=False)
    assert (wants_mail(user=user, kind=KIND), wants_mail(user=other, kind=KIND)) == (False, True)
    choose_mail(user=user, kind=KIND, is_wanted=True)
    assert wants_mail(user=user, kind=KIND) is True
    assert MailChoice.objects.count() == 1
