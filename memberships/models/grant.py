"""A grant: one reason why a person has Premium, from a moment until another."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.models.audit import LONGEST_REASON


class Source(models.TextChoices):
    """Where a grant comes from (PRODUCT §2)."""

    SUBSCRIPTION = "subscription", "Subscription"
    PROGRAM = "program", "Personal Mentor program"
    GIFT = "gift", "Gift"
    NEED_BASED = "need_based", "Need-based"
    COMPLIMENTARY = "complimentary", "Complimentary"


# These come from a decision of staff, never from a payment; a gift may be either.
DECIDED_BY_STAFF = (Source.NEED_BASED, Source.COMPLIMENTARY)
STAFF_MAY_GIVE = (*DECIDED_BY_STAFF, Source.GIFT)


class GrantState(models.TextChoices):
    """Where a grant is in its time; follows from its dates and is stored nowhere."""

    UPCOMING = "upcoming", "Not begun"
    CURRENT = "current", "Current"
    OVER = "over", "Over"
    ENDED = "ended", "Ended early"


NOTHING_LEFT = (GrantState.OVER, GrantState.ENDED)


class GrantQuerySet(models.QuerySet["AccessGrant"]):
    """Grants by whose they are and when they hold."""

    def of(self, user: User) -> Self:
        """Grants of one person."""
        return self.filter(user=user)

    def from_source(self, source: Source) -> Self:
        """Grants for one kind of reason."""
        return self.filter(source=source)

    def not_over(self, now: datetime) -> Self:
        """Grants that hold at `now` or will."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), ended_at=None)

    def current(self, now: datetime) -> Self:
        """Grants that hold at `now`: begun, not over, not ended."""
        return self.not_over(now).filter(starts_at__lte=now)

    def longest_current(self, now: datetime) -> "AccessGrant | None":
        """Of those that hold at `now` the one that holds longest, or None; an open one before all."""
        return self.current(now).order_by(F("ends_at").desc(nulls_first=True), "-pk").first()


class AccessGrant(models.Model):
    """Premium for one person from `starts_at` up to `ends_at` (None: open), unless `ended_at` came first."""

    # No index of its own: the one below begins with it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_grants", db_index=False
    )
    source = models.CharField(max_length=20, choices=Source.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # None beside `ended_at`: the site itself ended it, as when a payment is returned.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=Source.values), name="grant_source_known"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="grant_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(source__in=DECIDED_BY_STAFF) | Q(granted_by__isnull=False),
                name="grant_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(reason=""), name="grant_by_somebody_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="grant_ended_by_has_a_time"
            ),
        ]
        indexes = [models.Index(fields=["user", "starts_at", "ends_at"], name="grant_of_a_person")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.pk}"

    @property
    def last_day(self) -> date | None:
        """The last day it holds, in the time zone of the page; None while it is open."""
        return None if self.ends_at is None else timezone.localdate(self.ends_at - timedelta(microseconds=1))

    def state_at(self, now: datetime) -> GrantState:
        """Say where the grant is in its time at `now`."""
        if self.ended_at is not None:
            return GrantState.ENDED
        if self.ends_at is not None and self.ends_at <= now:
            return GrantState.OVER
        return GrantState.CURRENT if self.starts_at <= now else GrantState.UPCOMING
