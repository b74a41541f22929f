"""Put work into the outbox and take it out, each exactly once."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from breakthru.outbox.models import MAX_ATTEMPTS, Outbox
from breakthru.outbox.registry import handler_for

logger = logging.getLogger(__name__)


def enqueue(
    kind: str, ref: object, *, dedupe_key: str | None = None, run_after: datetime | None = None
) -> None:
    """Record that `kind` must happen for `ref`. Call it inside the transaction that makes it so.

    With `dedupe_key` a second row of the same key is silently left out.
    """
    if not transaction.get_connection().in_atomic_block:
        message = f"enqueue({kind!r}) outside a transaction: the work and its cause could part"
        raise RuntimeError(message)
    row = Outbox(kind=kind, ref=str(ref), dedupe_key=dedupe_key)
    if run_after is not None:
        row.run_after = run_after
    Outbox.objects.bulk_create([row], ignore_conflicts=dedupe_key is not None)


def deliver(outbox_id: int) -> bool:
    """Run the handler of one row; effect and "done" commit together. Return whether it was done here.

    A row that another worker holds, that is done or that is parked is left alone. A handler that raises is
    tried again later with a growing pause, and parked after MAX_ATTEMPTS.
    """
    if not _count_start(outbox_id):
        return False
    try:
        with transaction.atomic():
            row = Outbox.objects.pending().select_for_update(skip_locked=True).filter(pk=outbox_id).first()
            if row is None:
                return False
            handler_for(row.kind)(row.ref)
            Outbox.objects.filter(pk=outbox_id).update(done_at=Now(), last_error="")
    except Exception as error:
        _record_failure(outbox_id, error)
        return False
    return True


@transaction.atomic
def _count_start(outbox_id: int) -> bool:
    # In a transaction of its own: the count stays when the handler takes the whole process down with it.
    free = Outbox.objects.pending().select_for_update(skip_locked=True).filter(pk=outbox_id)
    is_free = free.exists()
    if is_free:
        Outbox.objects.filter(pk=outbox_id).update(start_count=F("start_count") + 1)
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
            attempts=attempts,
            last_error=name,
            published_at=None,
            run_after=Now() + timedelta(seconds=10 * 4 ** (attempts - 1)),
            parked_at=Now() if is_last else None,
        )
    if is_last:
        logger.error("outbox row %s (%s) is parked after %s attempts: %s", row.pk, row.kind, attempts, name)
    else:
        logger.warning("outbox row %s (%s) failed, attempt %s: %s", row.pk, row.kind, attempts, name)


@transaction.atomic
def claim_due(*, limit: int) -> list[int]:
    """Mark up to `limit` due rows as published and return their ids, oldest first."""
    ids = list(
        Outbox.objects.due()
        .select_for_update(skip_locked=True)
        .order_by("run_after", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    Outbox.objects.filter(pk__in=ids).update(published_at=Now())
    return ids


@transaction.atomic
def unclaim(ids: list[int]) -> None:
    """Give back rows that could not be published, so that the next round takes them at once."""
    Outbox.objects.pending().filter(pk__in=ids).update(published_at=None)


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
def retry_parked(*, ids: list[int]) -> int:
    """Let parked rows start afresh (a staff action); return how many."""
    return (
        Outbox.objects.parked()
        .filter(pk__in=ids)
        .update(parked_at=None, attempts=0, start_count=0, published_at=None, run_after=Now(), last_error="")
    )


@transaction.atomic
def settle(kind: str) -> int:
    """Count every pending row of `kind` as done without doing it; return how many."""
    return Outbox.objects.pending().filter(kind=kind).update(done_at=Now())
