"""One saved state of an article, and how it got there."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from breakthru.lib.richtext import Heading
from learner_series.lifecycle import EDITABLE, RevisionState
from learner_series.models.article import Article


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions by state."""

    def open(self) -> Self:
        """Revisions on their way: not yet published, not retired."""
        return self.filter(state__in=[RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.APPROVED])


class Revision(models.Model):
    """The words of an article at one time. `html` is cleaned at write and may be printed."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    outline = models.JSONField(default=list)
    word_count = models.PositiveIntegerField(default=0)
    cleaner_version = models.PositiveSmallIntegerField(default=0)
    import_report = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=12, choices=RevisionState.choices, default=RevisionState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state=RevisionState.PUBLISHED), name="revision_one_live"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("created_by")),
                name="revision_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RevisionState.APPROVED, RevisionState.PUBLISHED])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="revision_approved_has_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state=RevisionState.PUBLISHED) | Q(published_at__isnull=False),
                name="revision_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state=RevisionState.RETIRED, retired_at__isnull=False)
                | (~Q(state=RevisionState.RETIRED) & Q(retired_at=None)),
                name="revision_retired_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.number})"

    @property
    def is_editable(self) -> bool:
        """Whether the words may still change."""
        return RevisionState(self.state) in EDITABLE

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The outline as headings, in order."""
        return tuple(Heading(level=row["level"], id=row["id"], text=row["text"]) for row in self.outline)

    def heading(self, anchor: str) -> Heading | None:
        """Return the heading of that anchor, or None when this revision has none such."""
        return next((heading for heading in self.headings if heading.id == anchor), None)


class RevisionEvent(models.Model):
    """One move of a revision. Append-only."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="events")
    source = models.CharField(max_length=12, choices=RevisionState.choices)
    target = models.CharField(max_length=12, choices=RevisionState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
