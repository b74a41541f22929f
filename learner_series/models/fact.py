"""Fact cards: one reviewed, sourced, dated rule, used in many places."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, Q

_KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
KEY = RegexValidator(f"{_KEY[:-1]}\\Z", "Please use lower-case letters, numbers and hyphens.")


class FactQuerySet(models.QuerySet["FactCard"]):
    """Fact cards by use and age."""

    def keyed(self, keys: tuple[str, ...]) -> dict[str, "FactCard"]:
        """The cards of these keys, by key."""
        return {card.key: card for card in self.filter(key__in=keys)} if keys else {}

    def expired(self, today: date) -> Self:
        """Cards that were due for a check before `today`, longest ago first."""
        return self.filter(review_on__lt=today).order_by("review_on", "pk")

    def with_use(self) -> Self:
        """Each with `live_count`, the articles that readers can open and that show it."""
        live = Count(
            "uses__revision__live_article",
            filter=Q(uses__revision__live_article__isnull=False),
            distinct=True,
        )
        return self.annotate(live_count=live)


class FactCard(models.Model):
    """A rule with its value and where it stands. Texts name it by key, so a change shows everywhere."""

    key = models.CharField(max_length=60, unique=True, validators=[KEY])
    rule = models.CharField(max_length=120, help_text="What it is about, such as “Limits on MCAT attempts”.")
    value = models.CharField(max_length=400, help_text="The rule itself, in one or two plain sentences.")
    source_name = models.CharField("source", max_length=160)
    source_url = models.URLField("address of the source", max_length=500)
    checked_on = models.DateField("checked on")
    review_on = models.DateField("check again by")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    # Of `with_use()` only.
    live_count: int

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["rule"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review_on__gt=F("checked_on")), name="fact_reviewed_after_check"
            ),
            models.CheckConstraint(condition=Q(key__regex=_KEY), name="fact_key_fits_a_text"),
            models.CheckConstraint(condition=Q(source_url__startswith="https://"), name="fact_source_is_web"),
        ]

    def __str__(self) -> str:
        return self.rule

    def is_expired(self, today: date) -> bool:
        """Say whether it should have been checked again by now."""
        return self.review_on < today


class FactUse(models.Model):
    """A revision shows a card."""

    revision = models.ForeignKey("learner_series.Revision", on_delete=models.CASCADE, related_name="facts")
    card = models.ForeignKey(FactCard, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "card"], name="fact_use_once")]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.card_id}"
