"""Work that something passing stands in the way of waits, is looked after, and is parked only in the end."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from breakthru.lib.later import LaterError
from breakthru.outbox import services
from breakthru.outbox.models import MAX_STARTS, Outbox
from breakthru.outbox.registry import register
from breakthru.outbox.services import deliver, park_worker_killers, retry_parked, send_scouts, wake
from tests.outbox.clock import let_pass

committed = pytest.mark.django_db(transaction=True, available_apps=["breakthru.outbox"])
in_test = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
THREE_DAYS = timedelta(days=3)


class Trouble:
    """What stands in the way of the kind "troubled": nothing while `error` is None."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.tried: list[str] = []

    def handle(self, ref: str) -> None:
        """Be the handler."""
        self.tried.append(ref)
        if self.error:
            raise self.error


@pytest.fixture
def trouble() -> Trouble:
    """A trouble with this one piece of work, for up to three days."""
    trouble = Trouble()
    trouble.error = LaterError(retry_for=THREE_DAYS)
    register("troubled", trouble.handle)
    return trouble


@pytest.fixture
def outage(trouble: Trouble) -> Trouble:
    """A trouble with something that everybody needs."""
    trouble.error = LaterError(retry_for=THREE_DAYS, waits_for="the moon")
    return trouble


def row(ref: str = "7", **fields: Any) -> Outbox:
    return Outbox.objects.create(**{"kind": "troubled", "ref": ref, **fields})


def again(made: Outbox) -> Outbox:
    return Outbox.objects.get(pk=made.pk)


def pause() -> timedelta:
    """How long the one row sleeps from now."""
    left: timedelta = Outbox.objects.values_list(F("run_after") - Now(), flat=True).get()
    return left


# --- One row ------------------------------------------------------------------------------------------------


@in_test
def test_row_waits_and_counts_neither_a_failure_nor_a_start(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    made = row(attempts=1, published_at=Now())
    assert deliver(made.pk) is False
    waits = again(made)
    assert (waits.attempts, waits.start_count, waits.last_error, waits.published_at, waits.parked_at) == (
        1, 0, "LaterError", None, None,
    )  # fmt: skip
    assert waits.waiting_since is not None
    assert caplog.messages == [f"outbox row {made.pk} (troubled) waits: LaterError"]


@in_test
def test_row_is_said_loudly_to_wait_once(trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
    made = row()
    with caplog.at_level(logging.DEBUG, logger="breakthru.outbox"):
        for _ in range(3):
            deliver(made.pk)
            let_pass(HOUR)
    assert [record.levelname for record in caplog.records] == ["WARNING", "DEBUG", "DEBUG"]


@in_test
def test_row_that_waits_is_not_tried_before_its_time(trouble: Trouble) -> None:
    made = row()
    deliver(made.pk)
    trouble.error = None
    # A message from before may still be on its way.
    assert deliver(made.pk) is False
    let_pass(11 * SECOND)
    assert deliver(made.pk) is True
    assert (trouble.tried, again(made).last_error) == (["7", "7"], "")


@in_test
def test_pauses_of_one_row_grow_up_to_an_hour(trouble: Trouble) -> None:
    made, pauses = row(), []
    for _ in range(8):
        deliver(made.pk)
        pauses.append(pause())
        let_pass(pauses[-1])
    seconds = [each.total_seconds() for each in pauses]
    assert seconds == pytest.approx([10, 30, 120, 480, 1920, 3600, 3600, 3600], rel=0.05)


@in_test
def test_row_is_parked_when_its_time_is_over_and_not_before(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    made = row()
    deliver(made.pk)
    let_pass(THREE_DAYS - MINUTE)
    deliver(made.pk)
    assert again(made).parked_at is None
    let_pass(HOUR)
    deliver(made.pk)
    assert (again(made).parked_at is not None, again(made).last_error) == (True, "LaterError")
    assert caplog.messages[-1] == (
        f"outbox row {made.pk} (troubled) is parked, it waited too long: LaterError"
    )


@in_test
def test_row_that_waits_for_days_is_never_taken_for_poison(trouble: Trouble) -> None:
    made = row()
    for _ in range(MAX_STARTS + 1):
        deliver(made.pk)
        let_pass(HOUR)
    assert len(trouble.tried) == MAX_STARTS + 1
    assert park_worker_killers(limit=MAX_STARTS) == 0


@in_test
def test_another_error_ends_the_wait_and_counts(outage: Trouble) -> None:
    made = row()
    deliver(made.pk)
    let_pass(HOUR)
    outage.error = ValueError()
    deliver(made.pk)
    failed = again(made)
    assert (failed.waiting_since, failed.waits_for, failed.attempts, failed.last_error) == (
        None, "", 1, "ValueError",
    )  # fmt: skip


@in_test
def test_staff_give_a_row_its_whole_time_again(outage: Trouble) -> None:
    made = row()
    deliver(made.pk)
    let_pass(THREE_DAYS)
    deliver(made.pk)
    assert retry_parked(ids=[made.pk]) == [made.pk]
    assert (again(made).waiting_since, again(made).waits_for) == (None, "")
    deliver(made.pk)
    assert again(made).parked_at is None


@committed
def test_wait_of_a_row_that_someone_else_ended_is_not_recorded(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, record = row(), services._let_wait

    def record_late(outbox_id: int, error: LaterError) -> None:
        Outbox.objects.update(done_at=Now())
        record(outbox_id, error)

    monkeypatch.setattr(services, "_let_wait", record_late)
    assert deliver(made.pk) is False
    assert (again(made).waiting_since, again(made).done_at is not None) == (None, True)


# --- Many rows that wait for the same -----------------------------------------------------------------------


def asleep(*refs: str) -> list[Outbox]:
    """Rows that found out that the moon is away, the first first."""
    made = [row(ref) for ref in refs]
    for each in made:
        assert deliver(each.pk) is False
    return made


def work_off() -> None:
    """Do what is due now."""
    for pk in Outbox.objects.due().order_by("pk").values_list("pk", flat=True):
        deliver(pk)


@in_test
def test_what_is_away_for_everybody_is_not_tried_by_everybody(outage: Trouble) -> None:
    asleep("a", "b", "c")
    pauses = Outbox.objects.values_list(F("run_after") - F("waiting_since"), flat=True)
    assert [round(each / HOUR) for each in pauses] == [1, 1, 1]
    let_pass(MINUTE)
    work_off()
    assert outage.tried == ["a", "b", "c"]


@in_test
def test_scouts_look_in_turn_and_the_others_sleep_on(outage: Trouble) -> None:
    asleep("a", "b", "c")
    outage.tried.clear()
    for _ in range(4):
        assert send_scouts() == 1
        work_off()
        let_pass(MINUTE)
    assert outage.tried == ["a", "b", "c", "a"]


@in_test
def test_scout_that_gets_through_wakes_the_others(outage: Trouble) -> None:
    made = asleep("a", "b", "c")
    outage.error = None
    send_scouts()
    work_off()
    assert [again(each).done_at is not None for each in made] == [True, False, False]
    work_off()
    assert [again(each).done_at is not None for each in made] == [True, True, True]


@in_test
def test_each_thing_that_is_away_has_its_own_scout(outage: Trouble) -> None:
    asleep("a", "b")
    outage.error = LaterError(retry_for=THREE_DAYS, waits_for="the sun")
    asleep("c")
    outage.tried.clear()
    assert send_scouts() == 2
    work_off()
    assert outage.tried == ["a", "c"]


@in_test
def test_waking_leaves_alone_what_waits_for_something_else(outage: Trouble) -> None:
    made = asleep("a")
    outage.error = LaterError(retry_for=THREE_DAYS)
    made += asleep("b")
    assert wake(waits_for="the sun") == 0
    assert wake(waits_for="the moon") == 1
    assert list(Outbox.objects.due()) == made[:1]


@in_test
def test_rows_that_wait_for_nothing_shared_have_no_scout(trouble: Trouble) -> None:
    asleep("a")
    row("fresh")
    row("planned", run_after=Now() + HOUR)
    assert send_scouts() == 0


@in_test
def test_row_that_never_waited_wakes_nobody(outage: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep("a")
    outage.error = None
    assert deliver(row("b").pk) is True
    assert list(Outbox.objects.due()) == []


@committed
@pytest.mark.parametrize("bring_forward", [send_scouts, lambda: wake(waits_for="the moon")])
def test_row_that_another_worker_holds_is_not_waited_for(
    bring_forward: Callable[[], int], outage: Trouble, other_worker: Any
) -> None:
    (held,) = asleep("a")
    other_worker.cursor().execute("SELECT 1 FROM outbox_outbox WHERE id = %s FOR UPDATE", [held.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        assert bring_forward() == 0
        cursor.execute("RESET lock_timeout")
