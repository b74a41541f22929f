"""Mails: parts, headers and a Message-ID that stays the same."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.template import engines

from breakthru.lib.mail import MailDelayedError, MailServerAwayError, assemble, compose, message_id
from tests.fakes.smtp import Sink, listening


def made(**fields: Any) -> Any:
    complete = {"to": "a@example.test", "key": "k", "subject": "Hello", "text": "Text", "html": "<p>Text</p>"}
    return assemble(**{**complete, **fields})


def test_message_id_belongs_to_its_key(settings: LazySettings) -> None:
    settings.SITE_HOST = "breakthru.example"
    assert message_id("answer 12, person 7") == message_id("answer 12, person 7")
    assert message_id("answer 12, person 7") != message_id("answer 12, person 8")
    assert message_id("k") == "<8254c329a92850f6d539dd376f4816ee@breakthru.example>"


def test_assemble_makes_a_text_and_an_html_part() -> None:
    mail = made(text="  Text \n\n")
    assert (mail.to, mail.subject, mail.body) == (["a@example.test"], "Hello", "Text\n")
    assert [tuple(part) for part in mail.alternatives] == [("<p>Text</p>", "text/html")]
    assert mail.message().get_content_type() == "multipart/alternative"


def test_assemble_says_that_a_machine_wrote() -> None:
    headers = made().message()
    assert headers["Message-ID"] == message_id("k")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] is None


def test_assemble_offers_one_click_unsubscribe() -> None:
    headers = made(unsubscribe_url="https://site.example/stop/x/").message()
    assert headers["List-Unsubscribe"] == "<https://site.example/stop/x/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("field", ["subject", "to"])
def test_assemble_refuses_a_second_header_in_a_field(field: str) -> None:
    with pytest.raises(ValueError, match="newline"):
        made(**{field: "x@example.test\nBcc: all@example.test"}).message()


@pytest.fixture
def template(tmp_path: Path, settings: LazySettings) -> str:
    """Three templates of one mail, in a folder of their own."""
    folder = tmp_path / "emails" / "tests"
    folder.mkdir(parents=True)
    (folder / "hello.subject.txt").write_text(
        "{% autoescape off %}\n{{ name }}\n  is here{% endautoescape %}\n"
    )
    (folder / "hello.txt").write_text("{{ site_url }} {{ unsubscribe_url }}\n\n")
    (folder / "hello.html").write_text("<p>{{ name }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    engines.__dict__.pop("templates", None)
    return "tests/hello"


def test_compose_renders_three_templates(template: str, settings: LazySettings) -> None:
    mail = compose(
        template,
        to="a@example.test",
        key="k",
        context={"name": "O'Brien\r\nBcc: x"},
        unsubscribe_url="https://site.example/stop/",
    )
    assert mail.subject == "O'Brien Bcc: x is here"
    assert mail.body == f"{settings.SITE_URL} https://site.example/stop/\n"
    assert [tuple(part) for part in mail.alternatives] == [("<p>O&#x27;Brien\r\nBcc: x</p>", "text/html")]
    assert mail.extra_headers["List-Unsubscribe"] == "<https://site.example/stop/>"


# --- Sending ------------------------------------------------------------------------------------------------


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    """A mail server, and settings that send there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    with listening(Sink()) as sink:
        settings.EMAIL_PORT = sink.port
        yield sink


def test_mail_arrives(sink: Sink) -> None:
    assert made().send() == 1
    (mail,) = sink.mails
    assert (mail["To"], mail["Message-ID"]) == ("a@example.test", message_id("k"))


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no such user", "552 5.2.2 the mailbox is full", "501 5.1.3 what address", "550 no"]
)
def test_address_that_is_refused_for_good_is_noted_without_it(
    answer: str, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.answers["RCPT"] = f"{answer}: a@example.test"
    assert made().send() == 0
    assert caplog.messages == [f"mail {message_id('k')} is refused for good: {answer[:3]}"]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("CONNECT", "554 no service for you"),
        ("CONNECT", "421 too many"),
        ("MAIL", "451 4.3.0 try again"),
        ("MAIL", "421 4.3.2 closing"),
        ("RCPT", "421 4.3.2 closing"),
        ("DATA", "421 4.3.2 closing"),
    ],
)
def test_server_that_takes_nothing_now_is_away_for_every_mail(word: str, answer: str, sink: Sink) -> None:
    sink.answers[word] = answer
    with pytest.raises(MailServerAwayError) as caught:
        made().send()
    assert (caught.value.waits_for, caught.value.retry_for) == ("mail server", timedelta(days=3))


def test_server_that_does_not_greet_is_away(sink: Sink) -> None:
    sink.answers |= {"EHLO": "500 what", "HELO": "500 what"}
    with pytest.raises(MailServerAwayError):
        made().send()


@pytest.mark.parametrize("greeting", ["250-sink\r\n250 AUTH PLAIN", "250 sink"])
def test_server_that_does_not_let_us_in_is_away(greeting: str, sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "x"
    sink.answers |= {"EHLO": greeting, "AUTH": "535 5.7.8 not today"}
    with pytest.raises(MailServerAwayError):
        made().send()


@pytest.mark.parametrize("word", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
def test_server_that_falls_silent_is_away(word: str, sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_TIMEOUT = 0.1
    sink.silent_at = word
    with pytest.raises(MailServerAwayError):
        made().send()
    assert sink.mails == []


def test_server_that_falls_silent_after_it_took_the_mail_has_it(sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_TIMEOUT = 0.1
    sink.silent_at = "QUIT"
    assert (made().send(), len(sink.mails)) == (1, 1)


def test_server_that_is_gone_is_away(settings: LazySettings, sink: Sink) -> None:
    with listening(Sink()) as gone:
        settings.EMAIL_PORT = gone.port
    with pytest.raises(MailServerAwayError):
        made().send()


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("RCPT", "450 4.2.0 come again in five minutes"),
        ("RCPT", "452 4.2.2 the mailbox is full"),
        ("BODY", "451 4.3.0 not this one"),
    ],
)
def test_server_may_delay_one_mail_alone(word: str, answer: str, sink: Sink) -> None:
    sink.answers[word] = answer
    with pytest.raises(MailDelayedError) as caught:
        made().send()
    assert (caught.value.waits_for, caught.value.retry_for) == ("", timedelta(days=3))


@pytest.mark.parametrize(
    ("word", "answer", "error"),
    [
        # These refuse the site and not the address: nothing may be lost before somebody looked.
        ("RCPT", "530 5.7.0 log in first", smtplib.SMTPRecipientsRefused),
        ("RCPT", "550 5.7.1 relaying denied", smtplib.SMTPRecipientsRefused),
        ("MAIL", "550 5.1.8 who are you", smtplib.SMTPSenderRefused),
        ("BODY", "554 5.6.0 this looks like spam", smtplib.SMTPDataError),
    ],
)
def test_what_staff_must_look_at_stays_an_error(
    word: str, answer: str, error: type[Exception], sink: Sink
) -> None:
    sink.answers[word] = answer
    with pytest.raises(error):
        made().send()
    assert sink.mails == []
