"""Celery beat that writes outbox rows instead of publishing: a dead broker can't lose a slot."""

from datetime import UTC, datetime
from typing import Any

from celery.beat import PersistentScheduler
from django.db import close_old_connections, transaction

from breakthru.outbox.services import enqueue


def enqueue_slot(kind: str, now: datetime) -> None:
    """Enqueue `kind` for the minute of `now`, once however often it is asked."""
    slot = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    with transaction.atomic():
        enqueue(kind, slot, dedupe_key=f"{kind}@{slot}")


class OutboxScheduler(PersistentScheduler):
    """The scheduler of CELERY_BEAT_SCHEDULER; an entry's task name is the outbox kind."""

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> None:
        """Write the entry's outbox row; a database that is away is tried again on the next tick."""
        close_old_connections()
        enqueue_slot(entry.task, datetime.now(UTC))
        # After the write: when it raises, the slot stays due.
        if advance:
            self.reserve(entry)
