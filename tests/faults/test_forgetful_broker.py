"""The broker dies and comes back with nothing of what it held: the relay notices and hands it out anew."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.db.models.functions import Now
from redis import Redis

from breakthru.embedded import BROKER, claim, prepare_servers, start_server, wait_until_ready
from breakthru.lib.addresses import local_addresses
from breakthru.lib.processes import Child
from breakthru.outbox.models import Outbox
from breakthru.outbox.relay import Relay

pytestmark = pytest.mark.django_db
Start = Callable[[], Child]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder, for the sake of sockets."""
    folder = Path(tempfile.mkdtemp(prefix="breakthru-test-"))
    with claim(folder):
        yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a broker of this test alone; what an earlier one held is gone."""
    started: list[Child] = []

    def run() -> Child:
        shutil.rmtree(folder / "broker", ignore_errors=True)
        (server,) = prepare_servers(folder, wanted=[BROKER], durable=False)
        started.append(start_server(server))
        wait_until_ready(started[-1], server.label, server.answers)
        return started[-1]

    yield run
    for child in started:
        child.stop()


def test_rows_go_out_anew_at_once_whatever_their_pause(start: Start, folder: Path) -> None:
    url = local_addresses(folder).broker_url
    relay = Relay(Celery("tests", broker=url.replace("unix://", "redis+socket://"), set_as_current=False))
    first = start()
    made = [Outbox(kind="note", ref=str(number)) for number in range(3)]
    Outbox.objects.bulk_create(made)
    assert relay.round() == 3
    # They were repeated often, and would be repeated next in half an hour.
    Outbox.objects.update(published_at=Now() - timedelta(minutes=1), republish_count=6)
    relay.look()
    Outbox.objects.update(published_at=Now() - timedelta(minutes=1), republish_count=6)
    relay.look()
    assert relay.round() == 0

    first.kill_group()
    start()
    # Something new is in its queue: that it is not empty says nothing.
    Outbox.objects.create(kind="note", ref="new")
    assert relay.round() == 1
    relay.look()
    assert relay.round() == 4
    with Redis.from_url(url) as broker:
        assert broker.llen("celery") == 5
