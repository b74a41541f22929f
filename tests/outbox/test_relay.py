"""The relay: rows go to a real broker, or are worked off right here when it is away."""

import base64
import json
import logging
import signal
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from breakthru.outbox.models import Outbox
from breakthru.outbox.registry import register
from breakthru.outbox.relay import BATCH_WITHOUT_BROKER, LOOK_SECONDS, PAUSE_SECONDS, Relay

pytestmark = pytest.mark.django_db
NOBODY = "redis+socket:///nowhere/broker.sock"


def celery_app(broker: str, queue: str = "tests") -> Celery:
    app = Celery("tests", broker=broker, set_as_current=False)
    app.conf.task_default_queue = queue
    app.conf.broker_transport_options = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
    return app


@pytest.fixture
def queue() -> Iterator[str]:
    """A queue of this test alone on the suite's broker."""
    name = f"tests-{uuid.uuid4()}"
    yield name
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(name, f"_kombu.binding.{name}")


@pytest.fixture
def relay(queue: str) -> Relay:
    """A relay at the suite's broker."""
    return Relay(celery_app(settings.CELERY_BROKER_URL, queue))


def arrived(queue: str) -> list[tuple[str, list[Any]]]:
    """Task name and arguments of each message in the queue, the first sent first."""
    with Redis.from_url(settings.REDIS_URL) as broker:
        raw: Any = broker.lrange(queue, 0, -1)
    messages = [json.loads(item) for item in reversed(raw)]
    return [(each["headers"]["task"], json.loads(base64.b64decode(each["body"]))[0]) for each in messages]


def rows(count: int, **fields: Any) -> list[int]:
    made = [Outbox(kind="note", ref=str(number), **fields) for number in range(count)]
    return [row.pk for row in Outbox.objects.bulk_create(made)]


def test_round_hands_ids_of_due_rows_to_celery(relay: Relay, queue: str, calls: list[str]) -> None:
    first, second = rows(2)
    rows(1, run_after=Now() + timedelta(hours=1))
    assert relay.round() == 2
    assert arrived(queue) == [("outbox.deliver", [first]), ("outbox.deliver", [second])]
    assert calls == []


def test_round_hands_out_a_row_once_while_it_is_not_late(relay: Relay, queue: str) -> None:
    rows(1)
    assert [relay.round(), relay.round()] == [1, 0]
    assert len(arrived(queue)) == 1


def test_round_without_work_does_not_ask_the_broker(calls: list[str]) -> None:
    relay = Relay(celery_app(NOBODY))
    assert relay.round() == 0
    assert relay.broker_is_up is True


def test_round_parks_rows_that_never_end_instead_of_handing_them_out(relay: Relay, queue: str) -> None:
    (poison,) = rows(1, start_count=20)
    assert relay.round() == 0
    assert Outbox.objects.get(pk=poison).last_error == "NeverFinished"
    assert arrived(queue) == []


def test_round_parks_rows_that_never_end_without_a_broker_too(calls: list[str]) -> None:
    (poison,) = rows(1, start_count=20)
    assert Relay(celery_app(NOBODY)).round() == 0
    assert Outbox.objects.get(pk=poison).parked_at is not None


def test_relay_works_by_itself_while_the_broker_is_down(
    calls: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    rows(BATCH_WITHOUT_BROKER + 2)
    relay = Relay(celery_app(NOBODY))
    with caplog.at_level(logging.ERROR, logger="breakthru.outbox"):
        assert relay.round() == BATCH_WITHOUT_BROKER
        assert relay.round() == 2
    assert calls == [str(number) for number in range(BATCH_WITHOUT_BROKER + 2)]
    # Said once, not with each round.
    assert caplog.messages == ["the broker does not answer (OperationalError): the relay works by itself"]


def test_relay_says_when_the_broker_is_back(
    relay: Relay, queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    relay.broker_is_up = False
    rows(1)
    with caplog.at_level(logging.INFO, logger="breakthru.outbox"):
        assert relay.round() == 1
    assert (relay.broker_is_up, caplog.messages) == (True, ["the broker is back"])
    assert len(arrived(queue)) == 1


@pytest.mark.parametrize("error", [RedisConnectionError, BrokenPipeError])
def test_broker_that_dies_between_two_messages_counts_as_down(
    error: type[Exception], relay: Relay, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(relay.app, "send_task", breaks)
    rows(1)
    assert relay.round() == 1
    assert (relay.broker_is_up, calls) == (False, ["0"])


def test_broker_that_hangs_counts_as_down(tmp_path: Path, calls: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "broker.sock"))
        silent.listen()
        rows(1)
        assert Relay(celery_app(f"redis+socket://{tmp_path}/broker.sock")).round() == 1
    assert calls == ["0"]


def test_relay_goes_on_after_a_handler_that_fails(calls: list[str]) -> None:
    def fails(ref: str) -> None:
        raise ValueError

    register("fails", fails)
    Outbox.objects.create(kind="fails", ref="x")
    rows(1)
    assert Relay(celery_app(NOBODY)).round() == 2
    assert calls == ["0"]


# --- What the broker lost, and what is away -----------------------------------------------------------------


@pytest.fixture
def busy_relay(relay: Relay, queue: str, calls: list[str]) -> Relay:
    """A relay that knows its broker, and whose queue no worker empties."""
    rows(1)
    relay.round()
    relay.look()
    relay.round()
    return relay


def handed_out_long_ago() -> int:
    """A row of many publications whose next one is far away."""
    (made,) = rows(1, published_at=Now() - timedelta(minutes=5), republish_count=5)
    return made


def test_row_that_may_wait_in_the_queue_keeps_its_growing_pause(busy_relay: Relay) -> None:
    handed_out_long_ago()
    busy_relay.look()
    assert busy_relay.round() == 0


def test_row_is_handed_out_anew_when_the_queue_is_empty(busy_relay: Relay, queue: str) -> None:
    made = handed_out_long_ago()
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(queue)
    busy_relay.look()
    assert busy_relay.round() == 1
    assert arrived(queue) == [("outbox.deliver", [made])]


def test_rows_are_handed_out_anew_when_the_broker_began_a_new_life(busy_relay: Relay, queue: str) -> None:
    handed_out_long_ago()
    busy_relay.broker_run = "its life before"
    busy_relay.look()
    # The young row too: what was handed to the broker of before is gone, whatever its age.
    assert busy_relay.round() == 2
    busy_relay.look()
    assert busy_relay.round() == 0


def test_rows_are_worked_off_here_when_the_broker_went_with_them(calls: list[str]) -> None:
    handed_out_long_ago()
    relay = Relay(celery_app(NOBODY))
    assert relay.round() == 1
    assert calls == ["0"]


def test_broker_that_is_known_to_be_away_is_not_asked(
    relay: Relay, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.broker_is_up = False
    monkeypatch.setattr(relay, "_connected", None)
    handed_out_long_ago()
    relay.look()
    assert Outbox.objects.due().count() == 1


def test_round_looks_now_and_then(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, looked = [100.0], []
    monkeypatch.setattr("breakthru.outbox.relay.time.monotonic", lambda: seconds[0])
    monkeypatch.setattr(relay, "look", lambda: looked.append(seconds[0]))
    for _ in range(4):
        relay.round()
        seconds[0] += LOOK_SECONDS / 2
    assert looked == [100.0, 100.0 + LOOK_SECONDS]


def test_relay_sends_a_scout_for_what_is_away(calls: list[str]) -> None:
    rows(2, waits_for="the moon", run_after=Now() + timedelta(hours=1))
    relay = Relay(celery_app(NOBODY))
    # The scout gets through and wakes the other.
    assert [relay.round(), relay.round(), relay.round()] == [1, 1, 0]
    assert calls == ["0", "1"]


# --- The loop -----------------------------------------------------------------------------------------------


class Clock(threading.Event):
    """An event that notes how long it was waited for instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


def run_with(results: list[int | Exception], monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Run a relay whose rounds end like `results`, then stop it; return its pauses."""
    clock, left = Clock(), list(results)

    def round_(self: Relay) -> int:
        result = left.pop(0)
        if not left:
            clock.set()
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(Relay, "round", round_)
    # A test's own transaction would not outlive it.
    monkeypatch.setattr("breakthru.outbox.relay.close_old_connections", lambda: None)
    Relay(celery_app(NOBODY)).run(clock)
    assert left == []
    return clock.waits


def test_run_pauses_only_when_there_is_little_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    full = BATCH_WITHOUT_BROKER
    assert run_with([100, full, full - 1, 0], monkeypatch) == [PAUSE_SECONDS, PAUSE_SECONDS]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_run_waits_for_a_database_that_is_away(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_with([error("gone"), 100], monkeypatch) == [2, PAUSE_SECONDS]
    assert caplog.messages == ["the database does not answer: the relay waits"]


def test_run_ends_at_once_when_it_was_stopped_before() -> None:
    clock = Clock()
    clock.set()
    Relay(celery_app(NOBODY)).run(clock)
    assert clock.waits == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_runs_the_relay_until_a_signal(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: dict[int, Callable[[int, None], None]] = {}
    stopped: list[bool] = []

    def run(self: Relay, stop: threading.Event) -> None:
        stopped.append(stop.is_set())
        handlers[number](number, None)
        stopped.append(stop.is_set())

    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(Relay, "run", run)
    call_command("relay")
    assert stopped == [False, True]
