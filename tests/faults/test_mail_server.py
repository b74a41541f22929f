"""The mail server is away, slow or choosy: no mail is lost, and none is doubled but by a kill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from celery import Celery
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from accounts.models import AccountMail
from accounts.services.mail import queue_account_mail
from breakthru.outbox.models import Outbox
from breakthru.outbox.relay import Relay
from breakthru.readiness import readiness
from tests.fakes.smtp import Sink, listening
from tests.outbox.clock import let_pass

in_test = pytest.mark.django_db
# Another process must see the rows.
committed = pytest.mark.django_db(transaction=True, available_apps=["accounts", "breakthru.outbox"])
ROOT = Path(__file__).resolve().parents[2]
HOUR = timedelta(hours=1)
KILLS = 3


@pytest.fixture
def relay(settings: LazySettings) -> Relay:
    """A relay that does the work itself, and sends to a mail server on this machine."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    return Relay(Celery("tests", broker="redis+socket:///nowhere/broker.sock", set_as_current=False))


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    """A mail server that works."""
    with listening(Sink()) as sink:
        settings.EMAIL_PORT = sink.port
        yield sink


def queue(*names: str) -> None:
    for name in names:
        queue_account_mail(to=f"{name}@example.test", subject="Hello", text="Text", html="<p>Text</p>")


def work_off(relay: Relay) -> None:
    """Do what is due now, after a look around."""
    relay.next_look_at = 0
    while relay.round():
        continue


def recipients(sink: Sink) -> list[str]:
    return sorted(mail["To"].removesuffix("@example.test") for mail in sink.mails)


@in_test
def test_mails_wait_out_two_days_without_a_mail_server(relay: Relay, settings: LazySettings) -> None:
    sink, names = Sink(), [f"person{number}" for number in range(7)]
    with listening(sink):
        settings.EMAIL_PORT = sink.port
    queue(*names)
    for _ in range(8):
        work_off(relay)
        let_pass(6 * HOUR)
    assert (Outbox.objects.parked().count(), Outbox.objects.pending().count()) == (0, 7)
    assert "outbox_late" in readiness(timezone.now()).degraded

    work_off(relay)
    with listening(sink):
        # Nobody's turn has come; the next look around finds the server, and wakes everybody.
        work_off(relay)
    assert recipients(sink) == names
    assert "outbox_late" not in readiness(timezone.now()).degraded


@in_test
def test_server_that_hangs_is_asked_by_one_mail_at_a_time(
    relay: Relay, sink: Sink, settings: LazySettings
) -> None:
    settings.EMAIL_TIMEOUT = 0.05
    sink.silent_at = "CONNECT"
    queue("a", "b", "c")
    work_off(relay)
    asked = [sink.connection_count]
    for _ in range(3):
        let_pass(timedelta(minutes=1))
        work_off(relay)
        asked.append(sink.connection_count)
    assert asked == [3, 4, 5, 6]


@in_test
def test_addresses_that_are_refused_or_delayed_hold_up_nobody_else(relay: Relay, sink: Sink) -> None:
    sink.answers = {"gone@example.test": "550 5.1.1 unknown", "busy@example.test": "451 4.7.1 come again"}
    queue("gone", "busy", "fine")
    work_off(relay)
    assert recipients(sink) == ["fine"]
    ends = {mail.to.partition("@")[0]: (mail.has_ended, mail.text) for mail in AccountMail.objects.all()}
    assert ends == {"gone": (True, ""), "busy": (False, "Text"), "fine": (True, "")}
    assert Outbox.objects.parked().count() == 0

    sink.answers = {}
    let_pass(timedelta(seconds=11))
    work_off(relay)
    assert recipients(sink) == ["busy", "fine"]
    assert Outbox.objects.pending().count() == 0


def start_worker(outbox_id: int, port: int) -> "subprocess.Popen[bytes]":
    """A process of the site, as in production, that does one row."""
    place = connection.settings_dict
    user = f"{place['USER']}:{quote(place['PASSWORD'])}"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "breakthru.settings",
        "SECRET_KEY": "tests-only-key-of-fifty-and-more-characters-0123456789",
        "DATABASE_URL": (
            f"postgres://{user}@{quote(place['HOST'], safe='')}:{place['PORT']}/{place['NAME']}"
        ),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    program = "import django; django.setup(); from breakthru.outbox.services import deliver; deliver({})"
    return subprocess.Popen([sys.executable, "-c", program.format(outbox_id)], cwd=ROOT, env=environment)


@committed
def test_worker_killed_after_the_server_took_the_mail_repeats_it_recognizably(sink: Sink) -> None:
    queue("a")
    outbox_id = Outbox.objects.get().pk
    # After "250 taken" the worker says goodbye, and is killed while it waits for the answer.
    sink.silent_at = "QUIT"
    for _ in range(KILLS):
        worker = start_worker(outbox_id, sink.port)
        assert sink.fell_silent.wait(60)
        worker.kill()
        worker.wait()
        sink.fell_silent.clear()
    assert AccountMail.objects.get().sent_at is None

    sink.silent_at = ""
    assert start_worker(outbox_id, sink.port).wait(60) == 0
    assert (AccountMail.objects.get().sent_at is not None, Outbox.objects.pending().count()) == (True, 0)
    assert len(sink.mails) == KILLS + 1
    assert len({mail["Message-ID"] for mail in sink.mails}) == 1
