"""What /readyz knows about the database, the broker, the worker and late work."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from breakthru import readiness as module
from breakthru.outbox.models import Heartbeat, Outbox
from breakthru.readiness import (
    HEART_STOPS_AFTER,
    WAITING_IS_LONG_AFTER,
    WORK_IS_LATE_AFTER,
    Readiness,
    readiness,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def ask_anew() -> Iterator[None]:
    """What an earlier test learned about migrations is forgotten, and so is what this one learns."""
    module._migrations_once_applied.cache_clear()
    yield
    module._migrations_once_applied.cache_clear()


@pytest.fixture
def heart() -> Heartbeat:
    """A worker that was seen just now."""
    return Heartbeat.objects.create(name="worker", seen_at=NOW)


def test_everything_is_well(heart: Heartbeat) -> None:
    state = readiness(NOW)
    assert state == Readiness(problems=[], degraded=[])
    assert state.is_ready is True


@pytest.mark.parametrize(("age", "degraded"), [(timedelta(0), []), (SECOND, ["worker"])])
def test_heart_that_stopped_degrades(age: timedelta, degraded: list[str], heart: Heartbeat) -> None:
    heart.seen_at = NOW - HEART_STOPS_AFTER - age
    heart.save()
    assert readiness(NOW) == Readiness(degraded=degraded)


def test_heart_that_never_beat_degrades() -> None:
    Heartbeat.objects.create(name="another", seen_at=NOW)
    assert readiness(NOW).degraded == ["worker"]
    assert readiness(NOW).is_ready is True


@pytest.mark.parametrize(
    ("fields", "degraded"),
    [
        ({"run_after": NOW - WORK_IS_LATE_AFTER}, []),
        ({"run_after": NOW - WORK_IS_LATE_AFTER - SECOND}, ["outbox_late"]),
        ({"run_after": NOW - WORK_IS_LATE_AFTER - SECOND, "done_at": NOW}, []),
        ({"run_after": NOW - WORK_IS_LATE_AFTER - SECOND, "parked_at": NOW}, ["outbox_parked"]),
        # Between two tries its time has not come, but it waits all the same.
        ({"run_after": NOW, "waiting_since": NOW - WAITING_IS_LONG_AFTER}, []),
        ({"run_after": NOW, "waiting_since": NOW - WAITING_IS_LONG_AFTER - SECOND}, ["outbox_late"]),
    ],
)
def test_work_that_is_late_or_parked_degrades(
    fields: dict[str, Any], degraded: list[str], heart: Heartbeat
) -> None:
    Outbox.objects.create(kind="note", ref="1", **fields)
    assert readiness(NOW) == Readiness(degraded=degraded)


def test_broker_that_is_away_degrades(heart: Heartbeat, settings: LazySettings) -> None:
    settings.REDIS_URL = "unix:///nowhere/broker.sock"
    assert readiness(NOW) == Readiness(degraded=["broker"])


def test_broker_that_hangs_degrades(heart: Heartbeat, settings: LazySettings, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "broker.sock"))
        silent.listen()
        settings.REDIS_URL = f"unix://{tmp_path}/broker.sock"
        assert readiness(NOW) == Readiness(degraded=["broker"])


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_that_is_away_is_a_problem(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> bool:
        raise error

    monkeypatch.setattr(module, "_migrations_once_applied", away)
    state = readiness(NOW)
    assert state == Readiness(problems=["database"])
    assert state.is_ready is False
    monkeypatch.undo()


def test_unapplied_migration_is_a_problem_until_it_is_applied(heart: Heartbeat) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="outbox").latest("pk")
    last.delete()
    state = readiness(NOW)
    assert (state, state.is_ready) == (Readiness(problems=["migrations"]), False)
    last.save()
    assert readiness(NOW) == Readiness()


def test_migrations_are_looked_up_once(heart: Heartbeat, django_assert_num_queries: Any) -> None:
    readiness(NOW)
    with django_assert_num_queries(3):
        readiness(NOW)
