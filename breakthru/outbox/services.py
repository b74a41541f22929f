"""Put work into the outbox and take it out, each exactly once."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Now

from breakthru.lib.later import LaterError
from breakthru.outbox.models import MAX_ATTEMPTS, Outbox
from breakthru.outbox.registry import handler_for

logger = logging.getLogger(__name__)
SHORTEST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
# What a row forgets when it starts anew.
_FRESH = {"published_at": None, "waiting_since": None, "waits_for": ""}


def enqueue(
    kind: str, ref: object, *, dedupe_key: str | None = None, run_after: datetime | None = None
) -> None:
    """Record that `kind` must happen for `ref`. Call it inside the transaction that makes it so.

    With `dedupe_key` a second row of the same key is silently left out.
    """
    _refuse_outside_a_transaction(kind)
    row = Outbox(kind=kind, ref=str(ref), dedupe_key=dedupe_key)
    if run_after is not None:
        row.run_after = run_after
    Outbox.objects.bulk_create([row], ignore_conflicts=dedupe_key is not None)


def enqueue_many(*, kind: str, refs: Iterable[object]) -> None:
    """Record that `kind` must happen for each of `refs`, as `enqueue` does for one."""
    _refuse_outside_a_transaction(kind)
    Outbox.objects.bulk_create((Outbox(kind=kind, ref=str(ref)) for ref in refs), batch_size=1000)


def _refuse_outside_a_transaction(kind: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        message = f"enqueue({kind!r}) outside a transaction: the work and its cause could part"
        raise RuntimeError(message)


def deliver(outbox_id: int) -> bool:
    """Run the handler of one row; effect and "done" commit together. Return whether it was done here.

    A row that another worker holds, whose time has not come, that is done or that is parked is left alone. A
    handler that raises is tried again later with a growing pause, and parked after MAX_ATTEMPTS; one that
    raises LaterError is parked only when the time is over for which it wanted to be tried.
    """
    if not _count_start(outbox_id):
        return False
    try:
        with transaction.atomic():
            row = Outbox.objects.ripe().select_for_update(skip_locked=True).filter(pk=outbox_id).first()
            if row is None:
                return False
            handler_for(row.kind)(row.ref)
            Outbox.objects.filter(pk=outbox_id).update(done_at=Now(), last_error="")
    except LaterError as error:
        _let_wait(outbox_id, error)
        return False
    except Exception as error:
        _record_failure(outbox_id, error)
        return False
    if row.waits_for:
        wake(waits_for=row.waits_for)
    return True


@transaction.atomic
def _count_start(outbox_id: int) -> bool:
    # In a transaction of its own: the count stays when the handler takes the whole process down with it.
    free = Outbox.objects.ripe().select_for_update(skip_locked=True).filter(pk=outbox_id)
    is_free = free.exists()
    if is_free:
        # Its message arrived: should this process fall, the next one may be sent soon.
        Outbox.objects.filter(pk=outbox_id).update(start_count=F("start_count") + 1, republish_count=0)
    return is_free


def _record_failure(outbox_id: int, error: Exception) -> None:
    # The kind of error is enough to act on; its text may hold what a person wrote.
    name = type(error).__name__
    with transaction.atomic():
        row = Outbox.objects.pending().select_for_update().filter(pk=outbox_id).first()
        if row is None:
            return
        attempts = row.attempts + 1
        is_last = attempts >= MAX_ATTEMPTS
        # By the database's clock: a worker whose clock is wrong neither hurries nor delays a row.
        Outbox.objects.filter(pk=row.pk).update(
            **_FRESH,
            attempts=attempts,
            last_error=name,
            run_after=Now() + timedelta(seconds=10 * 4 ** (attempts - 1)),
            parked_at=Now() if is_last else None,
        )
    if is_last:
        logger.error("outbox row %s (%s) is parked after %s attempts: %s", row.pk, row.kind, attempts, name)
    else:
        logger.warning("outbox row %s (%s) failed, attempt %s: %s", row.pk, row.kind, attempts, name)


def _let_wait(outbox_id: int, error: LaterError) -> None:
    name = type(error).__name__
    since = Coalesce(F("waiting_since"), Now())
    with transaction.atomic():
        rows = Outbox.objects.pending().select_for_update().filter(pk=outbox_id)
        row = rows.values("kind", "waiting_since", waited=Now() - since).first()
        if row is None:
            return
        is_over = row["waited"] >= error.retry_for
        Outbox.objects.filter(pk=outbox_id).update(
            # The handler came to its end: this start was no sign of poison.
            start_count=0,
            last_error=name,
            published_at=None,
            waiting_since=since,
            waits_for=error.waits_for,
            run_after=Now() + _pause_after(row["waited"], error),
            parked_at=Now() if is_over else None,
        )
    if is_over:
        logger.error("outbox row %s (%s) is parked, it waited too long: %s", outbox_id, row["kind"], name)
    else:
        # Loud once: it may be said a thousand times in three days.
        level = logging.DEBUG if row["waiting_since"] else logging.WARNING
        logger.log(level, "outbox row %s (%s) waits: %s", outbox_id, row["kind"], name)


def _pause_after(waited: timedelta, error: LaterError) -> timedelta:
    # What is away for everybody is looked for by one row at a time (send_scouts).
    if error.waits_for:
        return LONGEST_WAIT
    # Three times as long as it waited so far makes tries after 10, 40, 160, 640 … seconds.
    return min(max(3 * waited, SHORTEST_WAIT), LONGEST_WAIT)


@transaction.atomic
def wake(*, waits_for: str) -> int:
    """Let every row that waits for the same thing be due now, since it is back; return how many."""
    sleeping = Outbox.objects.waiting().filter(waits_for=waits_for).select_for_update(skip_locked=True)
    return Outbox.objects.filter(pk__in=list(sleeping.values_list("pk", flat=True))).update(run_after=Now())


@transaction.atomic
def send_scouts() -> int:
    """For each thing that rows wait for, let the row be due now whose turn is next; return how many.

    What it finds decides for the others: when it gets through, they are woken; when not, they sleep on.
    """
    turns = Outbox.objects.waiting().order_by("waits_for", "run_after", "pk").distinct("waits_for")
    chosen = Outbox.objects.waiting().filter(pk__in=list(turns.values_list("pk", flat=True)))
    free = chosen.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return Outbox.objects.filter(pk__in=list(free)).update(run_after=Now())


@transaction.atomic
def claim_due(*, limit: int) -> list[int]:
    """Mark up to `limit` due rows as published and return their ids, oldest first."""
    ids = list(
        Outbox.objects.due()
        .select_for_update(skip_locked=True)
        .order_by("run_after", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    count = Case(When(published_at=None, then=Value(0)), default=F("republish_count") + 1)
    Outbox.objects.filter(pk__in=ids).update(published_at=Now(), republish_count=count)
    return ids


@transaction.atomic
def unclaim(ids: list[int]) -> None:
    """Give back rows that could not be published, so that the next round takes them at once."""
    Outbox.objects.pending().filter(pk__in=ids).update(published_at=None)


@transaction.atomic
def publish_anew(*, after: timedelta) -> int:
    """Let rows be due that the broker lost: handed out longer than `after` ago, and no worker is at them."""
    lost = Outbox.objects.handed_out(for_longer_than=after).select_for_update(skip_locked=True)
    return Outbox.objects.filter(pk__in=list(lost.values_list("pk", flat=True))).update(published_at=None)


@transaction.atomic
def park_worker_killers(*, limit: int) -> int:
    """Park rows that were started `limit` times and never ended; return how many.

    Only rows that are due again: one that a worker may still be at is left alone.
    """
    found = Outbox.objects.due().filter(start_count__gte=limit).select_for_update(skip_locked=True)
    ids = list(found.values_list("pk", flat=True))
    count = Outbox.objects.filter(pk__in=ids).update(parked_at=Now(), last_error="NeverFinished")
    if count:
        logger.error("%s outbox rows parked: started %s times and never finished", count, limit)
    return count


@transaction.atomic
def retry_parked(*, ids: list[int]) -> list[int]:
    """Let parked rows start afresh (a staff action); return which of `ids` were parked."""
    parked = Outbox.objects.parked().filter(pk__in=ids).select_for_update().order_by("pk")
    found = list(parked.values_list("pk", flat=True))
    Outbox.objects.filter(pk__in=found).update(
        **_FRESH, parked_at=None, attempts=0, start_count=0, run_after=Now(), last_error=""
    )
    return found


@transaction.atomic
def settle(kind: str) -> int:
    """Count every pending row of `kind` as done without doing it; return how many."""
    return Outbox.objects.pending().filter(kind=kind).update(done_at=Now())
