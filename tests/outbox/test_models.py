"""What the outbox holds and which rows are due."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from breakthru.outbox.models import REPUBLISH_AFTER, Heartbeat, Outbox
from tests.constraints import refused_by

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def row(**fields: object) -> Outbox:
    return Outbox.objects.create(kind="note", ref="1", **fields)


def test_outbox_done_or_parked_not_both() -> None:
    row(done_at=NOON)
    row(parked_at=NOON)
    with refused_by("outbox_done_or_parked_not_both"):
        row(done_at=NOON, parked_at=NOON)


def test_outbox_dedupe_key_is_unique_where_there_is_one() -> None:
    row(dedupe_key=None)
    row(dedupe_key=None)
    row(dedupe_key="a")
    with refused_by("outbox_outbox_dedupe_key_key"):
        row(dedupe_key="a")


def test_pending_rows_are_neither_done_nor_parked() -> None:
    waiting = row()
    row(done_at=NOON)
    row(parked_at=NOON)
    assert list(Outbox.objects.pending()) == [waiting]


def test_parked_rows_wait_for_staff() -> None:
    row()
    row(done_at=NOON)
    parked = row(parked_at=NOON)
    assert list(Outbox.objects.parked()) == [parked]


def test_due_rows_are_pending_and_their_time_has_come() -> None:
    due = row(run_after=Now() - SECOND)
    row(run_after=Now() + timedelta(hours=1))
    row(run_after=Now() - SECOND, done_at=NOON)
    row(run_after=Now() - SECOND, parked_at=NOON)
    assert list(Outbox.objects.due()) == [due]


def test_due_rows_were_not_handed_out_lately() -> None:
    late = row(published_at=Now() - REPUBLISH_AFTER - SECOND)
    row(published_at=Now() - REPUBLISH_AFTER + timedelta(seconds=30))
    assert list(Outbox.objects.due()) == [late]


def test_ripe_rows_may_be_handed_out_already() -> None:
    ripe = row(published_at=Now())
    row(run_after=Now() + timedelta(hours=1))
    row(done_at=NOON)
    assert list(Outbox.objects.ripe()) == [ripe]


def test_handed_out_rows_are_pending_and_celery_was_told() -> None:
    old, young = row(published_at=Now() - 5 * SECOND), row(published_at=Now())
    row()
    row(published_at=NOON, done_at=NOON)
    assert list(Outbox.objects.handed_out().order_by("pk")) == [old, young]
    assert list(Outbox.objects.handed_out(for_longer_than=4 * SECOND)) == [old]


def test_waiting_rows_sleep_until_something_is_back() -> None:
    later = Now() + timedelta(hours=1)
    waits = row(waits_for="the moon", run_after=later)
    row(waits_for="the moon")
    row(run_after=later)
    row(waits_for="the moon", run_after=later, parked_at=NOON)
    assert list(Outbox.objects.waiting()) == [waits]


def test_late_rows_are_due_or_waiting_for_long() -> None:
    due, waits = row(run_after=NOON - SECOND), row(run_after=NOON, waiting_since=NOON - 2 * SECOND)
    row(run_after=NOON, waiting_since=NOON - SECOND)
    row(run_after=NOON - SECOND, done_at=NOON)
    late = Outbox.objects.late(due_before=NOON, waiting_before=NOON - SECOND)
    assert list(late.order_by("pk")) == [due, waits]


def test_new_row_is_due_at_once_by_the_clock_of_the_database() -> None:
    assert list(Outbox.objects.due()) == []
    made = row()
    assert list(Outbox.objects.due()) == [made]


def test_done_before_leaves_what_is_not_done() -> None:
    row()
    row(done_at=NOON)
    old = row(done_at=NOON - SECOND)
    assert list(Outbox.objects.done_before(NOON)) == [old]


def test_names_that_staff_read() -> None:
    assert str(row()) == "note 1"
    assert str(Heartbeat(name="worker")) == "worker"
