"""The outbox's own housekeeping."""

from datetime import timedelta

import pytest
from django.utils import timezone

from breakthru.outbox import purging
from breakthru.outbox.models import Heartbeat, Outbox
from breakthru.outbox.services import deliver, enqueue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def run(kind: str) -> None:
    enqueue(kind, "2026-11-22T12:00")
    assert deliver(Outbox.objects.get(kind=kind, done_at=None).pk) is True


def test_purge_deletes_rows_done_more_than_a_week_ago() -> None:
    now = timezone.now()
    kept = [
        Outbox.objects.create(kind="a", ref="young", done_at=now - 6 * DAY),
        Outbox.objects.create(kind="a", ref="pending", run_after=now - 9 * DAY),
        Outbox.objects.create(kind="a", ref="parked", parked_at=now - 9 * DAY),
    ]
    Outbox.objects.create(kind="a", ref="old", done_at=now - 8 * DAY)
    run("outbox.purge")
    assert list(Outbox.objects.filter(kind="a").order_by("pk")) == kept


def test_purge_goes_on_with_its_next_slice_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "SLICE", 2)
    long_ago = timezone.now() - 8 * DAY
    Outbox.objects.bulk_create([Outbox(kind="a", ref="old", done_at=long_ago) for _ in range(5)])
    run("outbox.purge")
    left = [Outbox.objects.filter(kind="a").count()]
    while following := Outbox.objects.filter(kind="outbox.purge", done_at=None).first():
        assert (deliver(following.pk), following.ref) == (True, "2026-11-22T12:00")
        left.append(Outbox.objects.filter(kind="a").count())
    assert left == [3, 1, 0]


def test_heart_beats_on_one_row() -> None:
    run("outbox.beat_heart")
    first = Heartbeat.objects.get().seen_at
    run("outbox.beat_heart")
    heart = Heartbeat.objects.get()
    assert (heart.name, heart.seen_at > first) == ("worker", True)
