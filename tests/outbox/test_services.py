"""Work is put in with its cause and taken out exactly once."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from breakthru.outbox import services
from breakthru.outbox.models import MAX_ATTEMPTS, REPUBLISH_AFTER, Heartbeat, Outbox
from breakthru.outbox.registry import register
from breakthru.outbox.services import (
    claim_due,
    deliver,
    enqueue,
    park_worker_killers,
    publish_anew,
    retry_parked,
    settle,
    unclaim,
)
from breakthru.outbox.tasks import deliver as deliver_task
from tests.outbox.clock import let_pass

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = timedelta(hours=1)
SECOND = timedelta(seconds=1)
# Real commits; only the outbox's own tables are emptied afterwards.
committed = pytest.mark.django_db(transaction=True, available_apps=["breakthru.outbox"])
in_test = pytest.mark.django_db


def row(**fields: Any) -> Outbox:
    return Outbox.objects.create(**{"kind": "note", "ref": "7", **fields})


def again(made: Outbox) -> Outbox:
    return Outbox.objects.get(pk=made.pk)


def lock(other_worker: Any, made: Outbox) -> None:
    other_worker.cursor().execute("SELECT 1 FROM outbox_outbox WHERE id = %s FOR UPDATE", [made.pk])


# --- Putting in ---------------------------------------------------------------------------------------------


@in_test
def test_enqueue_writes_one_row_that_is_due_now() -> None:
    enqueue("note", 7)
    (made,) = Outbox.objects.due()
    assert (made.kind, made.ref, made.dedupe_key, made.attempts) == ("note", "7", None, 0)


@in_test
def test_enqueue_can_ask_for_later() -> None:
    enqueue("note", 7, run_after=NOON)
    assert Outbox.objects.get().run_after == NOON


@in_test
def test_enqueue_leaves_out_a_second_row_of_the_same_key() -> None:
    for ref in ("first", "second"):
        enqueue("note", ref, dedupe_key="slot")
    enqueue("note", "third", dedupe_key="other slot")
    assert list(Outbox.objects.order_by("pk").values_list("ref", flat=True)) == ["first", "third"]


@in_test
def test_enqueue_without_a_key_never_leaves_out_a_row() -> None:
    enqueue("note", 7)
    enqueue("note", 7)
    assert Outbox.objects.count() == 2


@committed
def test_enqueue_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"enqueue\('note'\) outside a transaction"):
        enqueue("note", 7)
    assert Outbox.objects.count() == 0


@committed
def test_enqueued_work_vanishes_with_the_transaction_that_wanted_it() -> None:
    def fails_after_enqueue() -> None:
        with transaction.atomic():
            enqueue("note", 7)
            raise IntegrityError

    with pytest.raises(IntegrityError):
        fails_after_enqueue()
    assert Outbox.objects.count() == 0


# --- Taking out ---------------------------------------------------------------------------------------------


@in_test
def test_deliver_runs_the_handler_with_the_ref(calls: list[str]) -> None:
    made = row()
    assert deliver(made.pk) is True
    assert calls == ["7"]
    assert again(made).done_at is not None


@in_test
def test_deliver_twice_runs_once(calls: list[str]) -> None:
    made = row()
    assert [deliver(made.pk), deliver(made.pk)] == [True, False]
    assert calls == ["7"]


@in_test
def test_task_delivers_the_row(calls: list[str]) -> None:
    deliver_task(row().pk)
    assert calls == ["7"]


@in_test
@pytest.mark.parametrize("fields", [{"done_at": NOON}, {"parked_at": NOON}])
def test_deliver_leaves_ended_rows_alone(fields: dict[str, Any], calls: list[str]) -> None:
    assert deliver(row(**fields).pk) is False
    assert calls == []


@in_test
def test_deliver_takes_no_notice_of_a_row_that_is_gone() -> None:
    assert deliver(123456) is False


@committed
def test_deliver_skips_a_row_that_another_worker_holds(calls: list[str], other_worker: Any) -> None:
    made = row()
    lock(other_worker, made)
    assert deliver(made.pk) is False
    other_worker.rollback()
    assert deliver(made.pk) is True
    assert calls == ["7"]


@committed
def test_deliver_loses_the_race_for_a_row_between_count_and_work(
    calls: list[str], other_worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = row()

    def other_is_faster(outbox_id: int) -> bool:
        lock(other_worker, made)
        return True

    monkeypatch.setattr("breakthru.outbox.services._count_start", other_is_faster)
    assert deliver(made.pk) is False
    other_worker.rollback()
    assert (calls, again(made).attempts) == ([], 0)


def half_done(ref: str) -> None:
    """Does something and then fails."""
    Heartbeat.objects.create(name=ref)
    message = "said by jordan@example.test"
    raise ValueError(message)


@committed
def test_handler_that_raises_leaves_no_effect_and_is_tried_later(caplog: pytest.LogCaptureFixture) -> None:
    register("half_done", half_done)
    made = row(kind="half_done", published_at=Now())
    with caplog.at_level(logging.WARNING, logger="breakthru.outbox"):
        assert deliver(made.pk) is False
    assert not Heartbeat.objects.exists()
    failed = again(made)
    assert (failed.attempts, failed.last_error, failed.published_at, failed.done_at, failed.parked_at) == (
        1, "ValueError", None, None, None,
    )  # fmt: skip
    assert list(Outbox.objects.due()) == []
    assert caplog.messages == [f"outbox row {made.pk} (half_done) failed, attempt 1: ValueError"]


@in_test
def test_kind_that_nobody_handles_is_tried_later() -> None:
    made = row(kind="nobody")
    assert deliver(made.pk) is False
    assert again(made).last_error == "UnknownKindError"


@in_test
def test_pauses_grow_until_a_row_is_parked(caplog: pytest.LogCaptureFixture) -> None:
    register("half_done", half_done)
    made, pauses = row(kind="half_done"), []
    for _ in range(MAX_ATTEMPTS):
        deliver(made.pk)
        (pause,) = Outbox.objects.values_list(F("run_after") - Now(), flat=True)
        pauses.append(round(pause.total_seconds() + 0.4))
        let_pass(pause)
    assert pauses[:4] == [10, 40, 160, 640]
    parked = again(made)
    assert (parked.attempts, parked.parked_at is not None) == (5, True)
    assert caplog.messages[-1] == f"outbox row {made.pk} (half_done) is parked after 5 attempts: ValueError"
    assert deliver(made.pk) is False
    assert again(made).attempts == 5


@in_test
def test_row_is_left_alone_until_its_time_has_come(calls: list[str]) -> None:
    made = row(run_after=Now() + LATER)
    # Many messages of one row may wait in Celery; they must not use up its attempts at once.
    assert deliver(made.pk) is False
    assert (calls, again(made).start_count) == ([], 0)


@in_test
def test_row_that_succeeds_late_forgets_its_error(calls: list[str]) -> None:
    made = row(attempts=2, last_error="ValueError")
    assert deliver(made.pk) is True
    assert (again(made).last_error, again(made).attempts) == ("", 2)


@committed
def test_failure_of_a_row_that_someone_else_ended_is_not_counted(other_worker: Any) -> None:
    made = row(kind="raced")

    class FinishedElsewhereError(Exception):
        """Its name is asked for after the handler's transaction and before the failure is recorded."""

    def fails_while_another_finishes(ref: str) -> None:
        raise FinishedElsewhereError

    register("raced", fails_while_another_finishes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "breakthru.outbox.services._record_failure",
            finish_elsewhere_first(other_worker, made, services._record_failure),
        )
        assert deliver(made.pk) is False
    assert (again(made).attempts, again(made).done_at is not None) == (0, True)


def finish_elsewhere_first(
    other_worker: Any, made: Outbox, record: Callable[[int, Exception], None]
) -> Callable[[int, Exception], None]:
    def record_late(outbox_id: int, error: Exception) -> None:
        other_worker.cursor().execute("UPDATE outbox_outbox SET done_at = now() WHERE id = %s", [made.pk])
        other_worker.commit()
        record(outbox_id, error)

    return record_late


# --- Handing out --------------------------------------------------------------------------------------------


@in_test
def test_claim_takes_the_oldest_due_rows_up_to_the_limit() -> None:
    third, first, second = (row(run_after=NOON + LATER * hours) for hours in (3, 1, 2))
    row(run_after=Now() + LATER)
    assert claim_due(limit=2) == [first.pk, second.pk]
    assert claim_due(limit=2) == [third.pk]
    assert claim_due(limit=2) == []


@in_test
def test_claimed_row_is_due_again_after_pauses_that_grow_up_to_half_an_hour() -> None:
    made = row()
    assert claim_due(limit=9) == [made.pk]
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        let_pass(timedelta(minutes=minutes) - SECOND)
        assert claim_due(limit=9) == []
        let_pass(2 * SECOND)
        assert claim_due(limit=9) == [made.pk]


@committed
def test_pauses_begin_anew_when_a_worker_took_the_row_and_died() -> None:
    def dies(ref: str) -> None:
        raise SystemExit

    register("dies", dies)
    made = row(kind="dies", published_at=Now(), republish_count=5)
    with pytest.raises(SystemExit):
        deliver(made.pk)
    let_pass(REPUBLISH_AFTER + SECOND)
    assert claim_due(limit=9) == [made.pk]


@in_test
def test_rows_that_the_broker_lost_are_due_and_their_pauses_begin_anew() -> None:
    old, young = row(published_at=Now() - LATER, republish_count=5), row(published_at=Now())
    assert publish_anew(after=REPUBLISH_AFTER) == 1
    assert claim_due(limit=9) == [old.pk]
    assert (again(old).republish_count, again(young).published_at is not None) == (0, True)


@committed
def test_row_that_a_worker_is_at_is_not_lost(other_worker: Any) -> None:
    made = row(published_at=Now() - LATER)
    lock(other_worker, made)
    assert publish_anew(after=REPUBLISH_AFTER) == 0
    other_worker.rollback()
    assert publish_anew(after=REPUBLISH_AFTER) == 1


@committed
def test_claim_skips_rows_that_another_relay_claims(other_worker: Any) -> None:
    held, free = row(), row()
    lock(other_worker, held)
    assert claim_due(limit=9) == [free.pk]
    other_worker.rollback()
    assert claim_due(limit=9) == [held.pk]


@in_test
def test_unclaim_gives_back_pending_rows_only() -> None:
    back, done = row(published_at=NOON), row(published_at=NOON, done_at=NOON)
    unclaim([back.pk, done.pk])
    assert (again(back).published_at, again(done).published_at) == (None, NOON)


# --- Parking ------------------------------------------------------------------------------------------------


@committed
def test_start_is_counted_even_when_the_worker_dies_in_the_handler() -> None:
    def dies(ref: str) -> None:
        raise SystemExit

    register("dies", dies)
    made = row(kind="dies")
    with pytest.raises(SystemExit):
        deliver(made.pk)
    assert (again(made).start_count, again(made).attempts) == (1, 0)


@in_test
def test_rows_that_never_end_are_parked(caplog: pytest.LogCaptureFixture) -> None:
    killer, other = row(start_count=20), row(start_count=19)
    assert park_worker_killers(limit=20) == 1
    assert (again(killer).last_error, again(killer).parked_at is not None) == ("NeverFinished", True)
    assert again(other).parked_at is None
    assert caplog.messages == ["1 outbox rows parked: started 20 times and never finished"]


@in_test
def test_parking_finds_nothing_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    row(start_count=25, done_at=NOON)
    assert park_worker_killers(limit=20) == 0
    assert caplog.messages == []


@in_test
def test_row_that_was_just_handed_out_is_not_parked_yet() -> None:
    row(start_count=20, published_at=Now())
    assert park_worker_killers(limit=20) == 0


@committed
def test_row_that_a_worker_is_at_is_not_parked(other_worker: Any) -> None:
    made = row(start_count=20)
    lock(other_worker, made)
    assert park_worker_killers(limit=20) == 0


@in_test
def test_row_that_waits_for_a_worker_is_never_parked() -> None:
    made = row()
    for _ in range(30):
        assert claim_due(limit=9) == [made.pk]
        Outbox.objects.update(published_at=F("published_at") - LATER)
    assert park_worker_killers(limit=20) == 0


@in_test
def test_staff_let_parked_rows_start_afresh(calls: list[str]) -> None:
    parked = row(parked_at=NOON, attempts=5, start_count=20, published_at=NOON, last_error="ValueError")
    waiting = row(attempts=2)
    assert retry_parked(ids=[parked.pk, waiting.pk]) == [parked.pk]
    fresh = again(parked)
    assert (fresh.parked_at, fresh.attempts, fresh.start_count, fresh.published_at, fresh.last_error) == (
        None, 0, 0, None, "",
    )  # fmt: skip
    assert again(waiting).attempts == 2
    assert deliver(parked.pk) is True


@in_test
def test_settle_counts_pending_rows_of_one_kind_as_done(calls: list[str]) -> None:
    mine, other, parked = row(), row(kind="other"), row(parked_at=NOON)
    assert settle("note") == 1
    assert [again(made).done_at is not None for made in (mine, other, parked)] == [True, False, False]
    assert calls == []
