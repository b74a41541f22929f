"""The mailbox of a development run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.mail import EmailMessage

from breakthru.lib.mail import assemble
from breakthru.lib.mailbox import MailboxBackend, stored_mail, stored_mails

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    """A mailbox of its own, not made yet."""
    settings.MAILBOX_DIR = tmp_path / "data" / "mail"
    return tmp_path / "data" / "mail"


def sent(key: str, subject: str = "Hello", at: datetime = NOON) -> None:
    mail = assemble(to="a@example.test", key=key, subject=subject, text="Grüße", html="<p>Grüße</p>")
    with time_machine.travel(at, tick=False):
        assert MailboxBackend().send_messages([mail]) == 1


def test_mailbox_is_empty_before_the_first_mail() -> None:
    assert stored_mails() == []


def test_mailbox_keeps_every_part() -> None:
    sent("k")
    (mail,) = stored_mails()
    assert (mail.to, mail.subject, mail.sent_at) == ("a@example.test", "Hello", NOON)
    assert (mail.text.strip(), mail.html.strip()) == ("Grüße", "<p>Grüße</p>")
    assert [key for key, _ in mail.headers] == ["From", "To", "Message-ID"]


def test_mailbox_shows_a_repeated_mail_once() -> None:
    sent("k", "First")
    sent("k", "Second")
    assert [mail.subject for mail in stored_mails()] == ["Second"]


def test_mailbox_lists_the_newest_first() -> None:
    sent("a", "Old", NOON)
    sent("b", "New", NOON + timedelta(seconds=2))
    assert [mail.subject for mail in stored_mails()] == ["New", "Old"]


def test_mailbox_takes_a_mail_without_html() -> None:
    MailboxBackend().send_messages([EmailMessage("Plain", "Words", to=["a@example.test"])])
    (mail,) = stored_mails()
    assert (mail.text.strip(), mail.html) == ("Words", "")


def test_mailbox_keeps_the_zone_of_a_mail_that_names_one(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "x.eml").write_bytes(b"Date: Sun, 22 Nov 2026 13:00:00 +0100\r\nTo: a\r\nSubject: s\r\n\r\nx")
    assert stored_mails()[0].sent_at == NOON


def test_mailbox_leaves_no_half_written_file(folder: Path) -> None:
    sent("k")
    assert [path.suffix for path in folder.iterdir()] == [".eml"]


def test_mail_is_found_by_its_name() -> None:
    sent("a", "One")
    sent("b", "Two")
    (name,) = [mail.name for mail in stored_mails() if mail.subject == "Two"]
    found = stored_mail(name)
    assert found is not None
    assert found.subject == "Two"
    assert stored_mail("../" + name) is None
