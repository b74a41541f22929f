"""The outbox's own housekeeping."""

from datetime import timedelta

from django.utils import timezone

from breakthru.outbox.models import Heartbeat, Outbox
from breakthru.outbox.purging import delete_slice
from breakthru.outbox.services import enqueue

KEEP_DONE = timedelta(days=7)


def purge(slot: str) -> None:
    """Delete rows done more than a week ago, slice by slice. A dedupe key lives as long as its row."""
    if delete_slice(Outbox.objects.done_before(timezone.now() - KEEP_DONE)):
        enqueue("outbox.purge", slot)


def beat_heart(slot: str) -> None:
    """Record that beat, relay and a worker all did their part."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})
