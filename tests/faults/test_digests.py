"""Workers are killed while digests are made and sent: nobody gets two, and nobody is missed."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import LazySettings, settings
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import Digest, MailTimes, Notification
from accounts.models.notification import Rhythm
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver, enqueue
from tests.factories.notifications import NotificationFactory
from tests.factories.people import UserFactory
from tests.fakes.smtp import Sink, listening

# Other processes must see the rows.
pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "allauth.account", "breakthru.outbox"]
)
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 12
KILLS = 3
PATIENCE_SECONDS = 60.0
ZONES = ["America/New_York", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    """A mail server that works."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with listening(Sink()) as sink:
        settings.EMAIL_PORT = sink.port
        yield sink


@pytest.fixture
def addresses() -> list[str]:
    """People all over the world for whom three things wait, and whose hour has come, whenever this runs."""
    found = []
    for number in range(PEOPLE):
        user = UserFactory.create(time_zone=ZONES[number % len(ZONES)])
        MailTimes.objects.create(user=user, quiet_from=0, quiet_until=0, digest_hour=0)
        NotificationFactory.create_batch(3, user=user, created_at=timezone.now() - timedelta(days=2))
        found.append(user.email)
    return sorted(found)


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
        # Of its host are the names of the mails.
        "SITE_URL": settings.SITE_URL,
    }
    program = "import django; django.setup(); from breakthru.outbox.services import deliver; deliver({})"
    return subprocess.Popen([sys.executable, "-c", program.format(outbox_id)], cwd=ROOT, env=environment)


def work() -> None:
    """Do everything that is due, as workers do."""
    while rows := list(Outbox.objects.due().order_by("pk").values_list("pk", flat=True)):
        assert [deliver(pk) for pk in rows] == [True] * len(rows)


def counts(sink: Sink) -> Counter[str]:
    """How many mails each address got."""
    return Counter(str(mail["To"]) for mail in sink.mails)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def is_free(outbox_id: int) -> bool:
    """Whether the database noticed that the worker which held the row is gone."""
    with transaction.atomic():
        return Outbox.objects.select_for_update(skip_locked=True).filter(pk=outbox_id).exists()


@contextmanager
def stopped_before_attaching() -> Iterator[None]:
    """Whoever gathers makes the digests, and then stands still before anything can be put into them."""
    holder = connections.create_connection("default")
    try:
        holder.set_autocommit(False)
        holder.cursor().execute("LOCK TABLE accounts_notification IN SHARE MODE")
        yield
        holder.rollback()
    finally:
        holder.close()


def test_workers_killed_while_they_gather_leave_nothing_half_done(sink: Sink, addresses: list[str]) -> None:
    with transaction.atomic():
        enqueue("accounts.gather_digests", f"2026-11-23T13:02 {Rhythm.DAILY} 0")
    outbox_id = Outbox.objects.get().pk
    for _ in range(KILLS):
        with stopped_before_attaching():
            worker = start_worker(outbox_id, sink.port)
            wait_for(somebody_waits_for_a_lock)
            worker.kill()
            worker.wait()
        wait_for(lambda: is_free(outbox_id))
        assert (Digest.objects.count(), Notification.objects.filter(digest=None).count()) == (0, 3 * PEOPLE)

    work()
    assert counts(sink) == dict.fromkeys(addresses, 1)
    assert (Outbox.objects.pending().count(), Digest.objects.filter(sent_at=None).count()) == (0, 0)


@pytest.mark.parametrize(("place", "more"), [("CONNECT", 0), ("QUIT", KILLS)])
def test_workers_killed_while_they_send_repeat_at_most_what_the_server_had_taken(
    sink: Sink, addresses: list[str], place: str, more: int
) -> None:
    with transaction.atomic():
        enqueue("accounts.gather_digests", "2026-11-23T13:02")
    while (row := Outbox.objects.due().filter(kind="accounts.gather_digests").first()) is not None:
        assert deliver(row.pk) is True
    first = Outbox.objects.filter(kind="accounts.send_digest").order_by("pk")[0].pk
    sink.silent_at = place
    for _ in range(KILLS):
        worker = start_worker(first, sink.port)
        assert sink.fell_silent.wait(PATIENCE_SECONDS)
        worker.kill()
        worker.wait()
        sink.fell_silent.clear()
        wait_for(lambda: is_free(first))
    sink.silent_at = ""
    sink.go_on.set()

    work()
    found = counts(sink)
    assert (sorted(found), found.total()) == (addresses, PEOPLE + more)
    assert len({mail["Message-ID"] for mail in sink.mails}) == PEOPLE
    assert Digest.objects.filter(sent_at=None).count() == 0
