"""Series and articles. An article's words are its live revision's."""

from typing import Self

from django.conf import settings
from django.core.validators import slug_re
from django.db import models
from django.db.models import Count, Max, Prefetch, Q
from django.urls import reverse

from accounts.models import Topic
from breakthru.lib.richtext import reading_minutes

RESERVED_SLUGS = ("series", "feed.xml")


class Cover(models.TextChoices):
    """The five drawings of the design."""

    A = "a", "Roads meet in a ring"
    B = "b", "Two roads cross"
    C = "c", "Rings and a road"
    D = "d", "Three become one"
    E = "e", "A winding road"


TONES = [(1, "Mulberry"), (2, "Marigold"), (3, "Pine"), (4, "Rose"), (5, "Neutral")]


class SeriesQuerySet(models.QuerySet["Series"]):
    """Series by what they hold."""

    def with_articles(self) -> Self:
        """Series with something to read, each with `article_count`."""
        count = Count("articles", filter=Q(articles__live__isnull=False))
        return self.annotate(article_count=count).filter(article_count__gt=0)


class Series(models.Model):
    """A themed row of articles in reading order."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=240, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["order", "title"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of this series."""
        return reverse("learner_series:series_detail", args=[self.slug])


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles by who may read them and for what."""

    def published(self) -> Self:
        """Articles that readers can open."""
        return self.filter(live__isnull=False)

    def for_page(self) -> Self:
        """With everything the article page shows, in three queries."""
        authors = Prefetch("author_links", ArticleAuthor.objects.select_related("user__mentor_profile"))
        return self.select_related("series", "live__approved_by").prefetch_related("topics", authors)

    def for_card(self) -> Self:
        """With what a row of a list shows; never the text."""
        return self.select_related("series")

    def newest(self) -> Self:
        """Newest first."""
        return self.order_by("-published_at", "-pk")

    def with_text(self) -> Self:
        """With the live revision."""
        return self.select_related("live")

    def by_slug(self, slug: str) -> "Article | None":
        """The article of that slug, or None."""
        # What is no slug is nobody's, and PostgreSQL refuses to look for a NUL character at all.
        return self.filter(slug=slug).first() if slug_re.match(slug) else None

    def on_topic(self, topic: Topic) -> Self:
        """Articles about one topic."""
        return self.filter(topics=topic)

    def next_position(self, series: Series | None) -> int:
        """The free place at the end of `series`; 1 for articles outside any."""
        if series is None:
            return 1
        last = self.filter(series=series).aggregate(last=Max("position"))["last"]
        return (last or 0) + 1

    def in_reading_order(self) -> Self:
        """By series, then by place in it."""
        return self.order_by("series__order", "series__title", "position", "pk")


class Article(models.Model):
    """A long-form text. Title, summary and length are copied from the live revision when it is published."""

    slug = models.SlugField(max_length=80, unique=True)
    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    position = models.PositiveSmallIntegerField(default=1)
    topics = models.ManyToManyField(Topic, blank=True, related_name="articles")
    cover = models.CharField(max_length=1, choices=Cover.choices, default=Cover.A)
    tone = models.PositiveSmallIntegerField(choices=TONES, default=1)
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True)
    word_count = models.PositiveIntegerField(default=0)
    live = models.OneToOneField(
        "learner_series.Revision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="live_article",
    )
    published_at = models.DateTimeField(null=True, blank=True)
    checked_on = models.DateField("facts checked on", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=~Q(slug__in=RESERVED_SLUGS), name="article_slug_not_reserved"),
            models.CheckConstraint(
                condition=Q(live=None) | Q(published_at__isnull=False), name="article_live_has_a_date"
            ),
            models.CheckConstraint(condition=Q(tone__range=(1, 5)), name="article_tone_known"),
            models.UniqueConstraint(
                fields=["series", "position"],
                condition=Q(series__isnull=False),
                name="article_place_in_series",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"], name="article_newest", condition=Q(live__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the article's page."""
        return reverse("learner_series:article_detail", args=[self.slug])

    @property
    def minutes(self) -> int:
        """Minutes an unhurried reader needs."""
        return reading_minutes(self.word_count)


class ArticleAuthor(models.Model):
    """Who wrote an article, in the order shown."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="author_links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["article", "user"], name="article_author_once")]

    def __str__(self) -> str:
        return f"{self.article_id} by {self.user_id}"
