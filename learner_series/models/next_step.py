"""The application calendar, and the next steps that are offered at the end of an article."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Experience


class CalendarQuerySet(models.QuerySet["CalendarEntry"]):
    """Dates by when they matter."""

    def around(self, today: date) -> Self:
        """Entries that have not ended before `today`, the next first."""
        return self.filter(ends_on__gte=today).order_by("starts_on", "pk")


class CalendarEntry(models.Model):
    """One dated fact of the application year, with its source."""

    key = models.SlugField(max_length=60, unique=True)
    kind = models.SlugField(
        max_length=40, help_text="The same every year, such as amcas-submit. Next steps name it."
    )
    service = models.ForeignKey(
        Experience,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"group": "application_service"},
    )
    title = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    cycle_year = models.PositiveSmallIntegerField("year of entry", null=True, blank=True)
    source_name = models.CharField("source", max_length=160)
    source_url = models.URLField("address of the source", max_length=500)
    checked_on = models.DateField("checked on")
    is_estimate = models.BooleanField(
        "expected, not yet published", default=False, help_text="Carried over from the year before."
    )

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "key"]
        verbose_name_plural = "calendar entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="calendar_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(source_url__startswith="https://"), name="calendar_source_is_web"
            ),
        ]
        indexes = [models.Index(fields=["kind", "ends_on"], name="calendar_next")]

    def __str__(self) -> str:
        return f"{self.title}, {self.starts_on}"


class Reader(models.TextChoices):
    """Who reads, as far as a next step cares."""

    VISITOR = "visitor", "Not signed in"
    MEMBER = "member", "Signed in, without Premium"
    PREMIUM = "premium", "Premium member"
    MENTOR = "mentor", "Mentor"


_MONTH = [MinValueValidator(1), MaxValueValidator(12)]


class NextStepQuerySet(models.QuerySet["NextStep"]):
    """Rules in use."""

    def in_use(self) -> Self:
        """Rules that may be offered."""
        return self.filter(is_active=True)


def _keys(group: str) -> "ArrayField[list[str], list[str]]":
    return ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, help_text=f"Keys of the group {group}."
    )


class NextStep(models.Model):
    """One thing to do next and for whom it is right. An empty condition fits everybody."""

    title = models.CharField(max_length=70)
    text = models.CharField(max_length=200)
    link_text = models.CharField(max_length=40)
    href = models.CharField("address on this site", max_length=200)
    # Keys of the vocabulary: a rule is read with every article, so it stands in one row.
    stages = _keys("education_stage")
    roads = _keys("road")
    statuses = _keys("application_status")
    readers = ArrayField(models.CharField(max_length=10, choices=Reader.choices), default=list, blank=True)
    from_month = models.PositiveSmallIntegerField(null=True, blank=True, validators=_MONTH)
    until_month = models.PositiveSmallIntegerField(null=True, blank=True, validators=_MONTH)
    calendar_kind = models.SlugField(
        "kind of calendar entry",
        max_length=40,
        blank=True,
        help_text="Offered only from so many days before such an entry until it ends; its date is shown.",
    )
    days_before = models.PositiveSmallIntegerField(default=60)
    priority = models.PositiveSmallIntegerField(default=0, help_text="The higher goes first among equals.")
    is_active = models.BooleanField("in use", default=True)

    objects = NextStepQuerySet.as_manager()

    class Meta:
        ordering = ["-priority", "title"]
        constraints = [
            models.CheckConstraint(
                # A browser takes "/\\" for "//".
                condition=Q(href__startswith="/") & ~Q(href__startswith="//") & ~Q(href__startswith="/\\"),
                name="next_step_stays_here",
            ),
            models.CheckConstraint(
                # Half a pair would be unknown, and PostgreSQL takes what is not false.
                condition=Q(from_month=None, until_month=None)
                | Q(
                    from_month__isnull=False,
                    until_month__isnull=False,
                    from_month__range=(1, 12),
                    until_month__range=(1, 12),
                ),
                name="next_step_months_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(readers__contained_by=Reader.values), name="next_step_readers_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title
