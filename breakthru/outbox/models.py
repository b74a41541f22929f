"""The table of work that must happen, written in the transaction that makes it necessary."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Least, Now, Power

MAX_ATTEMPTS = 5
# A row started this often without an end kills its worker each time: it is poison too.
MAX_STARTS = 20
REPUBLISH_AFTER = timedelta(seconds=60)
LONGEST_REPUBLISH = timedelta(minutes=30)

# A message that may still wait in the broker is repeated after 1, 2, 4, … 30 minutes.
_TIMES = Power(Value(2), Least(F("republish_count"), Value(5)))
_PAUSE = Least(
    ExpressionWrapper(Value(REPUBLISH_AFTER) * _TIMES, output_field=DurationField()), Value(LONGEST_REPUBLISH)
)


class OutboxQuerySet(models.QuerySet["Outbox"]):
    """Rows by what has to happen to them."""

    def pending(self) -> Self:
        """Rows neither done nor parked."""
        return self.filter(done_at=None, parked_at=None)

    def ripe(self) -> Self:
        """Pending rows whose time has come by the database's clock."""
        return self.pending().filter(run_after__lte=Now())

    def due(self) -> Self:
        """Ripe rows that were not handed out lately."""
        return self.ripe().filter(Q(published_at=None) | Q(published_at__lt=Now() - _PAUSE))

    def handed_out(self, *, for_longer_than: timedelta = timedelta(0)) -> Self:
        """Pending rows that Celery was told of, and nobody ended since."""
        return self.pending().filter(published_at__lte=Now() - for_longer_than)

    def waiting(self) -> Self:
        """Pending rows that sleep until something is back that is away for everybody."""
        return self.pending().filter(run_after__gt=Now()).exclude(waits_for="")

    def late(self, *, due_before: datetime, waiting_before: datetime) -> Self:
        """Pending rows whose time came, or whose waiting for something began, before these instants."""
        return self.pending().filter(Q(run_after__lt=due_before) | Q(waiting_since__lt=waiting_before))

    def parked(self) -> Self:
        """Rows that staff must look at."""
        return self.filter(parked_at__isnull=False)

    def done_before(self, instant: datetime) -> Self:
        """Rows done before `instant`."""
        return self.filter(done_at__lt=instant)


class Outbox(models.Model):
    """One unit of background work: what kind, about which object, and how far it is."""

    kind = models.CharField(max_length=80)
    ref = models.CharField(max_length=200)
    dedupe_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  (many rows have none)
    run_after = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    start_count = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    republish_count = models.PositiveSmallIntegerField(db_default=0)
    waiting_since = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=40, blank=True, db_default="")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outbox"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(parked_at=None), name="outbox_done_or_parked_not_both"
            ),
        ]
        indexes = [
            models.Index(
                F("run_after"),
                name="outbox_pending",
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(F("done_at"), name="outbox_done", condition=Q(done_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Heartbeat(models.Model):
    """When a part of the machinery was last seen at work; read by /readyz."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
