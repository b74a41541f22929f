"""One saved state of an article, and how it got there."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from breakthru.lib.richtext import Heading, reading_minutes
from learner_series.lifecycle import EDITABLE, REVIEWED, RevisionState
from learner_series.models.article import Article


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions by state, and by how much of them is read."""

    def live(self) -> Self:
        """Those that readers see."""
        return self.filter(live_article__isnull=False)

    def due(self, now: datetime) -> Self:
        """Scheduled ones whose hour has come, earliest first."""
        return self.filter(state=RevisionState.SCHEDULED, scheduled_for__lte=now).order_by("scheduled_for")

    def without_words(self) -> Self:
        """Not the texts: for lists."""
        return self.defer("html", "text", "open_html", "open_text", "outline", "import_report")

    def for_visitors(self) -> Self:
        """With the words that everybody may read, and no others: a public page cannot show what it lacks."""
        return self.select_related("approved_by").defer("html", "text", "open_text", "import_report")

    def for_members(self) -> Self:
        """With all words, for a page."""
        return self.select_related("approved_by").defer("text", "open_html", "open_text", "import_report")


class Revision(models.Model):
    """The words of an article at one time, cleaned at write, so that they may be printed.

    `html` and `text` are the whole; `open_html` and `open_text` are what readers without Premium may have,
    cut at write. What is public is made of the open fields only.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    outline = models.JSONField(default=list)
    word_count = models.PositiveIntegerField(default=0)
    open_html = models.TextField(blank=True)
    open_text = models.TextField(blank=True)
    open_word_count = models.PositiveIntegerField(default=0)
    is_premium = models.BooleanField(
        "for Premium members",
        default=False,
        help_text="Everybody sees title, outline and opening; the rest is for Premium members.",
    )
    # Anchors of the outline whose sections are for Premium members in an otherwise open text.
    premium_sections = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    # Counts the edits, so that nobody overwrites or approves words they have not seen.
    version = models.PositiveIntegerField(default=1)
    cleaner_version = models.PositiveSmallIntegerField(default=0)
    import_report = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=12, choices=RevisionState.choices, default=RevisionState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            # What `article_live_is_its_own` leans on, a key that only the migration can say.
            models.UniqueConstraint(fields=["id", "article"], name="revision_of_its_article"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state=RevisionState.PUBLISHED), name="revision_one_live"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("created_by")),
                name="revision_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(REVIEWED))
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
            models.CheckConstraint(
                condition=Q(state=RevisionState.SCHEDULED, scheduled_for__isnull=False)
                | (~Q(state=RevisionState.SCHEDULED) & Q(scheduled_for=None)),
                name="revision_scheduled_has_hour",
            ),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state=RevisionState.SCHEDULED), name="revision_one_scheduled"
            ),
            models.CheckConstraint(
                condition=Q(is_premium=False) | Q(premium_sections=[]), name="revision_one_kind_of_gate"
            ),
            models.CheckConstraint(
                condition=Q(open_word_count__lte=F("word_count")), name="revision_open_part_of_whole"
            ),
            models.CheckConstraint(condition=Q(state__in=RevisionState.values), name="revision_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["scheduled_for"],
                name="revision_due",
                condition=Q(state=RevisionState.SCHEDULED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.number})"

    @property
    def is_editable(self) -> bool:
        """Whether the words may still change."""
        return RevisionState(self.state) in EDITABLE

    @property
    def is_gated(self) -> bool:
        """Whether some of it is for Premium members only."""
        return self.is_premium or bool(self.premium_sections)

    @property
    def minutes(self) -> int:
        """Minutes an unhurried reader needs for the whole."""
        return reading_minutes(self.word_count)

    @property
    def open_minutes(self) -> int:
        """Minutes of it that everybody may read."""
        return reading_minutes(self.open_word_count)

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
    # None: the clock took the step.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=RevisionState.values, target__in=RevisionState.values),
                name="revision_event_states_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class CreditRole(models.TextChoices):
    """What somebody gave to a text."""

    ASKED = "asked", "Asked the question"
    ANSWERED = "answered", "Answered it"


class Credit(models.Model):
    """Somebody from the Feed whose question or answer became part of a revision."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="credits")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    role = models.CharField(max_length=10, choices=CreditRole.choices)
    anchor = models.CharField(max_length=120, blank=True)
    # The question's page; the Feed stands above this app, so it is known by its path.
    path = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "user", "role", "path"], name="credit_once"),
            models.CheckConstraint(condition=Q(path__startswith="/feed/"), name="credit_leads_to_the_feed"),
            models.CheckConstraint(condition=Q(role__in=CreditRole.values), name="credit_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.path}"
