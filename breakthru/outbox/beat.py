"""Celery beat that writes outbox rows instead of publishing: a dead broker can't lose a slot."""

import logging
from datetime import UTC, datetime
from typing import Any

from celery.beat import PersistentScheduler
from django.db import Error, close_old_connections, transaction

from breakthru.outbox.services import enqueue

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5.0


def enqueue_slot(kind: str, now: datetime) -> None:
    """Enqueue `kind` for the minute of `now`, once however often it is asked."""
    slot = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    with transaction.atomic():
        enqueue(kind, slot, dedupe_key=f"{kind}@{slot}")


class OutboxScheduler(PersistentScheduler):
    """The scheduler of CELERY_BEAT_SCHEDULER; an entry's task name is the outbox kind."""

    # Celery's own producer would connect to the broker at each slot, and wait for it.
    producer = None  # type: ignore[assignment]

    def install_default_entries(self, data: Any) -> None:
        """Leave out Celery's cleaning of results: we keep none, and no handler knows that kind."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Write the entry's outbox row; when the database is away the entry stays due."""
        close_old_connections()
        try:
            enqueue_slot(entry.task, datetime.now(UTC))
        except Error as error:
            logger.warning("beat could not write %s (%s) and tries again", entry.task, type(error).__name__)
            # Celery has moved the entry on already; put it back and have the queue of entries built anew.
            self.schedule[entry.name] = entry
            self._heap = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run one round of Celery's loop; return for how many seconds to sleep."""
        pause = float(super().tick(*args, **kwargs))
        return RETRY_SECONDS if self._heap is None else pause
