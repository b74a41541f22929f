"""What a person does with articles: reads, keeps, finds helpful or not."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, FloatField, Q, Value
from django.db.models.functions import Cast, Sqrt
from django.utils import timezone

from accounts.models import User
from learner_series.models.article import Article, Series
from learner_series.models.revision import Revision

FINISHED_AT_PERCENT = 95
# z of the one-sided 95 % confidence of Wilson's score interval.
_Z = 1.6449


class ProgressQuerySet(models.QuerySet["ReadingProgress"]):
    """Where people are in what they read."""

    def for_pair(self, *, user: User, article: Article) -> "ReadingProgress | None":
        """How far `user` is in `article`, or None."""
        return self.filter(user=user, article=article).first()

    def of(self, user_id: int) -> Self:
        """The rows of one person."""
        return self.filter(user=user_id)

    def to_continue(self) -> Self:
        """Begun and not finished, latest first, with the articles; only what can still be opened."""
        return (
            self.filter(finished_at=None, percent__gt=0, article__live__isnull=False)
            .select_related("article__series", "article__live")
            .only(
                "percent", "anchor", "read_at", "finished_at", "user",
                "article__slug", "article__title", "article__word_count", "article__is_premium",
                "article__cover", "article__tone", "article__series__title", "article__live__outline",
            )
            .order_by("-read_at", "-pk")
        )  # fmt: skip

    def finished_in(self, series: Series) -> int:
        """How many articles of `series` are read."""
        rows = self.filter(finished_at__isnull=False, article__series=series, article__live__isnull=False)
        return rows.count()

    def by_article(self, articles: list[int]) -> "dict[int, ReadingProgress]":
        """Progress by article id, of these articles."""
        return {row.article_id: row for row in self.filter(article__in=articles)}


class ReadingProgress(models.Model):
    """How far one person is in one article: the furthest point, and where they were last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField(default=0)
    anchor = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "article"], name="progress_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="progress_percent_sane"),
        ]
        indexes = [
            models.Index(
                fields=["user", "-read_at"], name="progress_unfinished", condition=Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.article_id}, {self.percent} %"

    def get_absolute_url(self) -> str:
        """Return the place to go on; the top of the article when that part is gone."""
        url = self.article.get_absolute_url()
        known = self.article.live is not None and self.article.live.heading(self.anchor) is not None
        return f"{url}#{self.anchor}" if known else url


class SavedQuerySet(models.QuerySet["SavedArticle"]):
    """What people keep."""

    def for_pair(self, *, user: User, article: Article) -> "SavedArticle | None":
        """Whether `user` keeps `article`."""
        return self.filter(user=user, article=article).first()


class SavedArticle(models.Model):
    """A person keeps an article for later."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="saves")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = SavedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "article"], name="saved_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.article_id}"


class FeedbackQuerySet(models.QuerySet["ArticleFeedback"]):
    """What readers thought."""

    def for_pair(self, *, user: User, article: Article) -> "ArticleFeedback | None":
        """What `user` said of `article`, or None."""
        return self.filter(user=user, article=article).first()

    def by_article(self) -> models.QuerySet["ArticleFeedback", Any]:
        """Live articles with `yes`, `no` and `doubt`, the most doubtful first.

        `doubt` is the lower bound of Wilson's score interval (Wilson 1927) for the share of "no": two of two
        weigh less than forty of fifty.
        """
        total, no = Count("pk"), Count("pk", filter=Q(is_helpful=False))
        z2 = Value(_Z * _Z)
        share = Cast(F("no"), FloatField()) / F("total")
        margin = Value(_Z) * Sqrt((share * (1 - share) + z2 / (4.0 * F("total"))) / F("total"))
        lower = (share + z2 / (2.0 * F("total")) - margin) / (1 + z2 / F("total"))
        return (
            self.filter(article__live__isnull=False)
            .values("article", "article__title", "article__slug")
            .annotate(total=total, no=no)
            .annotate(yes=F("total") - F("no"), doubt=lower)
            .filter(no__gt=0)
            .order_by("-doubt", "article")
        )

    def reasons(self, article_id: int) -> Self:
        """What readers of one article missed, newest first."""
        return self.filter(article=article_id, is_helpful=False).exclude(missing="").order_by("-given_at")


class ArticleFeedback(models.Model):
    """Whether one person found one article helpful, and what was missing. `missing` is for editors only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="feedback")
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    is_helpful = models.BooleanField()
    missing = models.CharField(max_length=1000, blank=True)
    given_at = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="feedback_once"),
            models.CheckConstraint(
                condition=Q(is_helpful=False) | Q(missing=""), name="feedback_missing_only_when_not_helpful"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {'yes' if self.is_helpful else 'no'}"
