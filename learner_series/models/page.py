"""Plain pages: who we are, safety, privacy, terms, guidelines; the words of each, and all it ever said."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from breakthru.lib.richtext import Heading


class PageSlug(models.TextChoices):
    """The pages there are, each at its own address (PRODUCT §3)."""

    ABOUT = "about", "About"
    SAFETY = "safety", "Safety"
    PRIVACY = "privacy", "Privacy"
    TERMS = "terms", "Terms"
    GUIDELINES = "guidelines", "Guidelines"


class PlainPageQuerySet(models.QuerySet["PlainPage"]):
    """Plain pages by use."""

    def in_order(self) -> Self:
        """By their address."""
        return self.order_by("slug")

    def version_of(self, slug: str) -> str:
        """Which words of that page are in force, such as "3 (2026-11-22)"; "" when there is no such page."""
        row = self.filter(slug=slug).values_list("version", "changed_at").first()
        return f"{row[0]} ({row[1]:%Y-%m-%d})" if row else ""

    def for_sitemap(self) -> Self:
        """Addresses and the date of the last change."""
        return self.only("slug", "changed_at").in_order()


class PlainPage(models.Model):
    """What a page says now. `html` is cleaned at write and may be printed."""

    slug = models.SlugField("page", max_length=20, unique=True, choices=PageSlug.choices)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, help_text="One or two sentences below the title.")
    html = models.TextField("text")
    outline = models.JSONField(default=list)
    cleaner_version = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField("last changed")

    objects = PlainPageQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__in=PageSlug.values), name="plain_page_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(summary="") & ~Q(html=""), name="plain_page_says_something"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="plain_page_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page's own address."""
        return reverse(f"page_{self.slug}")

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The outline as headings, in order."""
        return tuple(Heading(level=row["level"], id=row["id"], text=row["text"]) for row in self.outline)


class PageVersion(models.Model):
    """The words of a page from one change to the next, and who changed them. Append-only."""

    page = models.ForeignKey(PlainPage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300)
    html = models.TextField()
    note = models.CharField("what changed", max_length=200, blank=True)
    # None: it came with the site.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["page", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="page_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
