"""Reports, cases, sanctions (PRODUCT §9)."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.lifecycle import CaseState
from accounts.models.user import User


class ReportReason(models.TextChoices):
    """Why something is reported, in the words of the form."""

    SAFETY = "safety", "Someone's safety"
    SEXUAL = "sexual", "Sexual or romantic"
    UNCOMFORTABLE = "uncomfortable", "It made me uncomfortable"
    OFF_PLATFORM = "off_platform", "Asked to move somewhere else"
    HARASSMENT = "harassment", "Harassment or hate"
    PRIVACY = "privacy", "Privacy of a patient or person"
    HARMFUL_ADVICE = "harmful_advice", "Wrong or harmful advice"
    WRITE_FOR_ME = "write_for_me", "Asked to write or sit somebody's work"
    MONEY = "money", "Money or selling"
    CONFLICT = "conflict", "Conflict of interest"
    IMPERSONATION = "impersonation", "Pretends to be somebody else"
    SPAM = "spam", "Spam"
    OTHER = "other", "Something else"


MAX_REPORT_TEXT = 6000
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
CLOCKS: dict[ReportReason, timedelta] = {
    ReportReason.SAFETY: _HOUR,
    ReportReason.SEXUAL: _HOUR,
    ReportReason.UNCOMFORTABLE: _DAY,
    ReportReason.OFF_PLATFORM: _DAY,
    ReportReason.HARASSMENT: _DAY,
    ReportReason.PRIVACY: _DAY,
    ReportReason.HARMFUL_ADVICE: 2 * _DAY,
    ReportReason.WRITE_FOR_ME: 2 * _DAY,
    ReportReason.MONEY: 2 * _DAY,
    ReportReason.CONFLICT: 2 * _DAY,
    ReportReason.IMPERSONATION: 2 * _DAY,
    ReportReason.SPAM: 5 * _DAY,
    ReportReason.OTHER: 5 * _DAY,
}
# These freeze what the two people share at once.
SERIOUS = frozenset({ReportReason.SAFETY, ReportReason.SEXUAL, ReportReason.UNCOMFORTABLE})


class CaseOutcome(models.TextChoices):
    """How a case ended."""

    NO_ACTION = "no_action", "Nothing against the rules"
    CORRECTED = "corrected", "Mended or removed"
    SANCTIONED = "sanctioned", "A sanction was given"
    HANDED_ON = "handed_on", "Handed on to somebody outside"


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases by their clock."""

    def unfinished(self) -> Self:
        """Open or being looked at, the most urgent first."""
        return self.exclude(state=CaseState.CLOSED).order_by("due_at", "pk")

    def of_target(self, kind: str, target: str) -> Self:
        """Cases of one thing."""
        return self.filter(target_kind=kind, target_id=target)


class Case(models.Model):
    """Everything reported about one thing until somebody has decided."""

    # Registered name of what is reported, and its id as text: a question, a message, a profile, …
    target_kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=60)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    is_serious = models.BooleanField(default=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=CaseOutcome.choices, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target_kind", "target_id"],
                condition=~Q(state=CaseState.CLOSED),
                name="case_one_unfinished",
            ),
            models.CheckConstraint(
                condition=(Q(state=CaseState.CLOSED, closed_at__isnull=False) & ~Q(outcome=""))
                | (~Q(state=CaseState.CLOSED) & Q(closed_at=None, outcome="")),
                name="case_closed_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="case_by_clock", condition=~Q(state=CaseState.CLOSED))
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports by whose they are."""

    def made_by(self, user: User) -> Self:
        """What `user` reported, with how far it is."""
        return self.filter(reporter=user).select_related("case")

    def since(self, instant: datetime) -> Self:
        """Made after `instant`."""
        return self.filter(reported_at__gt=instant)

    def unfinished(self) -> Self:
        """Those that nobody has decided yet."""
        return self.exclude(case__state=CaseState.CLOSED)


class Report(models.Model):
    """One person's word about something. `text` is for the case's people only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports"
    )
    reason = models.CharField(max_length=16, choices=ReportReason.choices)
    # What was added later stands below, each with its day.
    text = models.CharField(max_length=MAX_REPORT_TEXT, blank=True)
    reported_at = models.DateTimeField(default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=ReportReason.OTHER) | ~Q(text=""), name="report_other_says_what"
            ),
            models.UniqueConstraint(fields=["case", "reporter"], name="report_once_per_case"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class CaseEvent(models.Model):
    """One step in a case. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=10, choices=CaseState.choices)
    target = models.CharField(max_length=10, choices=CaseState.choices)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class SanctionKind(models.TextChoices):
    """From the mildest to the last."""

    NOTE = "note", "A word from staff"
    MESSAGING_OFF = "messaging_off", "No messages"
    MATCHING_OFF = "matching_off", "No matching"
    SUSPENDED = "suspended", "Suspended"
    REMOVED = "removed", "Removed"


class SanctionQuerySet(models.QuerySet["Sanction"]):
    """Sanctions by whether they hold."""

    def holding(self, now: datetime) -> Self:
        """Those that hold now."""
        return self.filter(starts_at__lte=now, lifted_at=None).filter(Q(until=None) | Q(until__gt=now))

    def of(self, user: User) -> Self:
        """Everything that was decided about `user`, the latest first."""
        return self.filter(user=user).order_by("-starts_at", "-pk")

    def of_kind(self, kind: SanctionKind) -> Self:
        """Those of one kind."""
        return self.filter(kind=kind)

    def with_waiting_appeal(self) -> Self:
        """Those that hold while their appeal waits for an answer, the longest waiting first."""
        waiting = self.filter(appealed_at__isnull=False, appeal_decided_at=None, lifted_at=None)
        return waiting.order_by("appealed_at", "pk")


class Sanction(models.Model):
    """What staff decided about a person, with reason, length and a way to appeal."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sanctions")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="sanctions")
    kind = models.CharField(max_length=14, choices=SanctionKind.choices)
    # Told to the person.
    reason = models.CharField(max_length=500)
    starts_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    appeal = models.CharField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    appeal_answer = models.CharField(max_length=500, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="sanction_has_reason"),
            # A word is said once, and nobody is let back in by a clock.
            models.CheckConstraint(
                condition=Q(until=None) | ~Q(kind__in=[SanctionKind.NOTE, SanctionKind.REMOVED]),
                name="sanction_note_or_removal_has_no_end",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("starts_at")), name="sanction_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(appealed_at=None, appeal="") | (Q(appealed_at__isnull=False) & ~Q(appeal="")),
                name="sanction_appeal_has_words",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decided_at=None, appeal_answer="")
                | (Q(appeal_decided_at__isnull=False, appealed_at__isnull=False) & ~Q(appeal_answer="")),
                name="sanction_decides_an_appeal",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="sanction_holding", condition=Q(lifted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether there is an appeal that nobody has decided."""
        return self.appealed_at is not None and self.appeal_decided_at is None and self.lifted_at is None

    @property
    def can_be_appealed(self) -> bool:
        """Whether the person may still ask for another look: once, while it is not taken back."""
        return self.appealed_at is None and self.lifted_at is None

    def is_over(self, now: datetime) -> bool:
        """Say whether it was taken back, or its time has passed."""
        return self.lifted_at is not None or (self.until is not None and self.until <= now)
