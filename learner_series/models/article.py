"""Series and articles. An article's words are its live revision's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchRank, SearchVectorField
from django.core.validators import slug_re
from django.db import models
from django.db.models import Count, F, FloatField, Max, Prefetch, Q, Window, prefetch_related_objects
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse

from accounts.models import Experience, Topic
from breakthru.lib.richtext import reading_minutes
from breakthru.lib.search import headline, query_of

RESERVED_SLUGS = ("series", "feed.xml")
# How many articles of a topic the front of the library shows.
SHELF = 4


@dataclass(frozen=True)
class Shelf:
    """The newest articles of one topic, and how many there are."""

    topic: Topic
    total: int
    articles: list["Article"]


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
        # Counting drops the order of the model.
        return self.annotate(article_count=count).filter(article_count__gt=0).order_by("order", "title")


class Series(models.Model):
    """A themed row of articles in reading order."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=240, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    # Of `load_first_parts()` only.
    first_parts: list["Article"]

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["order", "title"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of this series."""
        return reverse("learner_series:series_detail", args=[self.slug])


def load_first_parts(series: list[Series], count: int) -> None:
    """Give each its `first_parts`: the first `count` that readers can open, in their order; one query."""
    place = Window(RowNumber(), partition_by="series", order_by="position")
    parts = Article.objects.published().alias(place=place).filter(place__lte=count)
    parts = parts.order_by("position").defer("search")
    prefetch_related_objects(series, Prefetch("articles", parts, to_attr="first_parts"))


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles by who may read them and for what."""

    def published(self) -> Self:
        """Articles that readers can open."""
        return self.filter(live__isnull=False)

    def for_page(self) -> Self:
        """With everything around the text, in three queries; the text is the live revision's."""
        authors = Prefetch("author_links", ArticleAuthor.objects.select_related("user__mentor_profile"))
        around = self.defer("search").select_related("series", "reviewer__mentor_profile")
        return around.prefetch_related("topics", authors)

    def for_card(self) -> Self:
        """With what a row of a list shows; never the text."""
        return self.defer("search").select_related("series")

    def for_feed(self) -> Self:
        """Newest first, with authors, topics and the date of the live words; never the words."""
        authors = Prefetch("author_links", ArticleAuthor.objects.select_related("user"))
        words = ("live__html", "live__text", "live__open_html", "live__open_text", "live__outline")
        return (
            self.select_related("live")
            .defer("search", *words, "live__import_report")
            .prefetch_related("topics", authors)
            .newest()
        )

    def for_sitemap(self) -> Self:
        """Addresses and the date of the live words, by age."""
        return self.select_related("live").only("slug", "live__published_at").order_by("published_at", "pk")

    def newest(self) -> Self:
        """Newest first."""
        return self.order_by("-published_at", "-pk")

    def last_published(self) -> datetime | None:
        """When one of these articles got new words last."""
        last: datetime | None = self.aggregate(last=Max("live__published_at"))["last"]
        return last

    def with_outline(self) -> Self:
        """With the live revision's headings, not with its words."""
        words = ("live__html", "live__text", "live__open_html", "live__open_text", "live__import_report")
        return self.select_related("live").defer("search", *words)

    def with_open_words(self) -> Self:
        """With the live revision's headings and the markup that everybody may read."""
        words = ("live__html", "live__text", "live__open_text", "live__import_report")
        return self.select_related("live").defer("search", *words)

    def search(self, words: str) -> Self:
        """Those whose open words fit a search as people type it, each with its `rank` and what was `found`.

        Phrases in quotes and exclusions by a minus work; gated text is in no index and in no excerpt.
        """
        query = query_of(words)
        # PostgreSQL ranks in single precision, which does not come back from a cursor as it went out.
        rank = Cast(SearchRank(F("search"), query, normalization=1), FloatField())
        return self.filter(search=query).annotate(rank=rank, found=headline("live__open_text", words))

    def audiences(self) -> models.QuerySet[Experience]:
        """The stages and roads that some of these articles are written for, in the vocabulary's order."""
        links = Article.audience.through.objects.filter(article__in=self)
        terms = Experience.objects.filter(pk__in=links.values("experience")).select_related("group")
        # One order also where staff gave two the same place.
        return terms.order_by("group__order", "group_id", "order", "key")

    def for_audience(self, term: Experience) -> Self:
        """Articles meant for people of one stage or road."""
        return self.filter(audience=term)

    def saved_by(self, user_id: int) -> Self:
        """Articles that a person keeps for later."""
        return self.filter(saves__user=user_id)

    def stale(self, today: date) -> Self:
        """Articles whose facts were due to be checked before `today`, longest ago first."""
        return self.published().filter(review_on__lt=today).order_by("review_on", "pk")

    def expired(self, today: date) -> Self:
        """Articles that readers see although their last day has passed."""
        return self.published().filter(expires_on__lte=today)

    def by_slug(self, slug: str) -> "Article | None":
        """The article of that slug, or None."""
        # What is no slug is nobody's, and PostgreSQL refuses to look for a NUL character at all.
        return self.filter(slug=slug).first() if slug_re.match(slug) else None

    def shelves(self) -> list["Shelf"]:
        """The newest articles of each topic, with how many it has; one query."""
        newest = [F("article__published_at").desc(), F("article").desc()]
        # Any: the link rows of a many-to-many field have no class that a type could name.
        links: Any = Article.topics.through.objects.filter(article__live__isnull=False)
        rows = (
            links.annotate(
                place=Window(RowNumber(), partition_by="topic", order_by=newest),
                total=Window(Count("pk"), partition_by="topic"),
            )
            .filter(place__lte=SHELF)
            .order_by("topic__order", "topic", "place")
            .select_related("topic", "article")
            .defer("article__search")
        )
        shelves: dict[int, Shelf] = {}
        for row in rows:
            shelf = shelves.setdefault(row.topic_id, Shelf(row.topic, row.total, []))
            shelf.articles.append(row.article)
        return list(shelves.values())

    def on_topic(self, topic: Topic) -> Self:
        """Articles about one topic."""
        return self.filter(topics=topic)

    def next_position(self, series: Series | None) -> int:
        """The free place at the end of `series`; 1 for articles outside any."""
        if series is None:
            return 1
        last = self.filter(series=series).aggregate(last=Max("position"))["last"]
        return (last or 0) + 1

    def before(self, article: "Article") -> "Article | None":
        """The one that stands before `article` in a series."""
        return self.for_card().filter(position__lt=article.position).order_by("-position").first()

    def after(self, article: "Article") -> "Article | None":
        """The one that follows `article` in a series."""
        return self.for_card().filter(position__gt=article.position).order_by("position").first()

    def place_of(self, article: "Article") -> tuple[int, int]:
        """Which of a series `article` is, counted from 1, and of how many."""
        place = Count("pk", filter=Q(position__lte=article.position))
        counted = self.aggregate(part=place, parts=Count("pk"))
        return counted["part"], counted["parts"]

    def behind(self, position: int) -> Self:
        """Those of one series that stand after a place, in reading order."""
        return self.filter(position__gt=position).order_by("position")


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
    audience = models.ManyToManyField(
        Experience,
        blank=True,
        related_name="+",
        help_text="Stages and roads it is written for; none when it is for everybody.",
    )
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True)
    word_count = models.PositiveIntegerField(default=0)
    open_word_count = models.PositiveIntegerField(default=0)
    is_premium = models.BooleanField("for Premium members", default=False)
    has_premium_sections = models.BooleanField("has sections for Premium members", default=False)
    # Of what everybody may read: written when a revision goes live.
    search = SearchVectorField(null=True, editable=False)
    live = models.OneToOneField(
        "learner_series.Revision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="live_article",
    )
    published_at = models.DateTimeField(null=True, blank=True)
    # Who read it for its facts, by choice of the editors; the approval of a revision is another thing.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_on = models.DateField("facts checked on", null=True, blank=True)
    review_on = models.DateField(
        "check the facts by",
        null=True,
        blank=True,
        help_text="After this day readers are told that the article is due for a check.",
    )
    expires_on = models.DateField(
        "expires on",
        null=True,
        blank=True,
        help_text="From this day on readers can no longer open the article.",
    )
    related = models.ManyToManyField(
        "self", through="RelatedArticle", through_fields=("article", "other"), symmetrical=False, blank=True
    )
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
            models.CheckConstraint(
                condition=Q(is_premium=False) | Q(has_premium_sections=False), name="article_one_kind_of_gate"
            ),
            models.CheckConstraint(
                condition=Q(open_word_count__lte=F("word_count")), name="article_open_part_of_whole"
            ),
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
            models.Index(fields=["review_on"], name="article_due", condition=Q(live__isnull=False)),
            models.Index(fields=["expires_on"], name="article_expiring", condition=Q(live__isnull=False)),
            GinIndex(fields=["search"], name="article_search"),
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

    @property
    def open_minutes(self) -> int:
        """Minutes of it that everybody may read."""
        return reading_minutes(self.open_word_count)

    @property
    def is_gated(self) -> bool:
        """Whether some of it is for Premium members only."""
        return self.is_premium or self.has_premium_sections

    def is_due(self, today: date) -> bool:
        """Say whether its facts should have been checked by now."""
        return self.review_on is not None and self.review_on < today

    def is_expired(self, today: date) -> bool:
        """Say whether readers are not to open it any more."""
        return self.expires_on is not None and self.expires_on <= today


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


class RelatedQuerySet(models.QuerySet["RelatedArticle"]):
    """What to read next."""

    def for_page(self, article: Article) -> Self:
        """Of `article`, to articles that readers can open; the editors' choices first."""
        return (
            self.filter(article=article, other__live__isnull=False)
            .select_related("other__series")
            .defer("other__search")
            .order_by("-is_curated", "place", "pk")
        )


class RelatedArticle(models.Model):
    """One article that goes well after another: chosen by editors, or computed from topics and words."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="related_links")
    other = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)
    is_curated = models.BooleanField(default=False)

    objects = RelatedQuerySet.as_manager()

    class Meta:
        ordering = ["-is_curated", "place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "other"], name="related_once"),
            models.CheckConstraint(condition=~Q(article=F("other")), name="related_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} → {self.other_id}"
