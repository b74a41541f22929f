"""Beat: slots become rows, whatever happens to the broker or the database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import OperationalError

from breakthru.celery import app as real_app
from breakthru.outbox import beat
from breakthru.outbox.beat import RETRY_SECONDS, OutboxScheduler, enqueue_slot
from breakthru.outbox.models import Outbox

# Real commits: beat closes stale connections, which a test's own transaction would not outlive.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["breakthru.outbox"])
NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


def refs() -> list[tuple[str, str]]:
    return list(Outbox.objects.order_by("pk").values_list("kind", "ref"))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[OutboxScheduler]:
    """A scheduler of one entry, with a broker that nobody would answer at."""
    app = Celery("tests", broker="redis+socket:///nowhere/broker.sock", set_as_current=False)
    app.conf.beat_schedule = {"every minute": {"task": "note", "schedule": 60.0}}
    made = OutboxScheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    yield made
    made.close()


def make_due(scheduler: OutboxScheduler) -> Any:
    entry: Any = scheduler.schedule["every minute"]
    entry.last_run_at -= timedelta(minutes=2)
    return entry


def test_slot_is_written_once_however_often_it_is_asked() -> None:
    for second in (0, 20):
        enqueue_slot("note", NOON + timedelta(seconds=second))
    enqueue_slot("note", NOON + timedelta(minutes=1))
    enqueue_slot("other", NOON)
    assert refs() == [
        ("note", "2026-11-22T12:00"),
        ("note", "2026-11-22T12:01"),
        ("other", "2026-11-22T12:00"),
    ]


def test_slot_is_named_in_utc() -> None:
    enqueue_slot("note", NOON.astimezone(timezone(timedelta(hours=5))))
    assert refs() == [("note", "2026-11-22T12:00")]


def test_scheduler_writes_one_row_for_a_due_entry(scheduler: OutboxScheduler) -> None:
    make_due(scheduler)
    assert scheduler.tick() == 0
    assert scheduler.tick() > RETRY_SECONDS
    ((kind, ref),) = refs()
    assert (kind, datetime.strptime(f"{ref}+0000", "%Y-%m-%dT%H:%M%z").tzinfo) == ("note", UTC)


def test_scheduler_writes_nothing_before_an_entry_is_due(scheduler: OutboxScheduler) -> None:
    assert scheduler.tick() > RETRY_SECONDS
    assert refs() == []


def test_slot_is_not_lost_while_the_database_is_away(
    scheduler: OutboxScheduler, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entry = make_due(scheduler)

    def away(kind: str, now: datetime) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(beat, "enqueue_slot", away)
        assert [scheduler.tick(), scheduler.tick()] == [RETRY_SECONDS, RETRY_SECONDS]
    assert caplog.messages == ["beat could not write note (OperationalError) and tries again"] * 2
    assert scheduler.schedule["every minute"].last_run_at == entry.last_run_at
    assert scheduler.tick() == 0
    assert len(refs()) == 1


def test_scheduler_holds_our_entries_and_none_of_celery(tmp_path: Path, settings: Any) -> None:
    made = OutboxScheduler(app=real_app, schedule_filename=str(tmp_path / "schedule"))
    assert set(made.schedule) == set(settings.CELERY_BEAT_SCHEDULE)
    made.close()
