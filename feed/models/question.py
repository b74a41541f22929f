"""A question and its history."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator, slugify

from accounts.models import Experience, Topic, User
from accounts.models.privacy import apart_from
from breakthru.lib.richtext import Heading, nearest_heading
from feed.lifecycle import WITH_ANSWERS, QuestionState
from learner_series.models import Article, Revision

MAX_SECTION_TITLE = 200
MAX_QUOTE = 400
# Of a revision, what its outline is enough for.
WORDS = ("html", "text", "open_html", "open_text", "import_report")
# An unanswered question is worth finding for so long (PRODUCT §6).
FRESH = timedelta(days=30)


class Visibility(models.TextChoices):
    """Who can see a post."""

    HELD = "held", "Held for review"
    SHOWN = "shown", "Shown"
    HIDDEN = "hidden", "Hidden by staff"


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions by who may see them and how far they are."""

    def shown(self) -> Self:
        """Questions everybody can see."""
        return self.filter(visibility=Visibility.SHOWN)

    def shown_to(self, user: User | None) -> Self:
        """What `user`, None for a visitor, meets in lists: shown, and of nobody whom a block keeps apart."""
        return self.shown() if user is None else self.shown().exclude(apart_from(user, field="asker"))

    def visible_to(self, user: User | None) -> Self:
        """What `user` may open: what is shown to them, and their own unless staff hid it."""
        if user is None:
            return self.shown()
        mine = Q(visibility=Visibility.HELD, asker=user)
        return self.filter(Q(visibility=Visibility.SHOWN) | mine).exclude(apart_from(user, field="asker"))

    def held(self) -> Self:
        """What staff read before others see it, the longest waiting first."""
        return self.filter(visibility=Visibility.HELD).order_by("asked_at", "pk")

    def unanswered(self) -> Self:
        """Questions still waiting for their first answer."""
        return self.filter(state__in=[QuestionState.OPEN, QuestionState.NEEDS_INFO], answer_count=0)

    def about(self, topic: Topic) -> Self:
        """Questions on one topic."""
        return self.filter(topics=topic)

    def asked_by(self, user: User) -> Self:
        """A person's own questions."""
        return self.filter(asker=user)

    def not_asked_by(self, user: User) -> Self:
        """Everybody else's questions."""
        return self.exclude(asker=user)

    def worth_finding(self, now: datetime) -> Self:
        """Those that search engines may list: answered, or still young."""
        return self.filter(Q(answer_count__gt=0) | Q(asked_at__gt=now - FRESH))

    def for_sitemap(self) -> Self:
        """Addresses and the date of the last word, by age."""
        return self.only("slug", "active_at").order_by("asked_at", "pk")

    def last_active(self) -> datetime | None:
        """When something happened at one of these questions last."""
        last: datetime | None = self.aggregate(last=Max("active_at"))["last"]
        return last

    def answered_at(self, article: Article, user: User | None) -> Self:
        """Answered ones that were asked from `article`, as `user` meets them, the most answered first."""
        return (
            self.shown_to(user)
            .filter(article=article, answer_count__gt=0)
            .only("slug", "title", "anchor", "section_title", "answer_count", "revision")
            .order_by("-answer_count", "-active_at", "-pk")
        )

    def asked_from(self, article: Article, anchor: str) -> Self:
        """Shown ones that were asked from one section of `article`, '' for the whole."""
        return self.shown().filter(article=article, anchor=anchor)

    def by_section(self) -> models.QuerySet["Question", Any]:
        """Sections that shown questions were asked from: dicts, the most asked first.

        Each has `article` (its id), `anchor`, `title` as it was when somebody asked, the counts `asked` and
        `answered`, and `last`, when the last one was asked.
        """
        return (
            self.shown()
            .filter(article__isnull=False)
            .values("article", "anchor")
            .annotate(
                title=Max("section_title"),
                asked=Count("pk"),
                answered=Count("pk", filter=Q(answer_count__gt=0)),
                last=Max("asked_at"),
            )
            .order_by("-asked", "-last", "article", "anchor")
        )

    def newest(self) -> Self:
        """Newest first."""
        return self.order_by("-asked_at", "-pk")

    def oldest(self) -> Self:
        """Longest waiting first."""
        return self.order_by("asked_at", "pk")

    def for_row(self) -> Self:
        """With what a row of a list shows."""
        return self.select_related("asker", "stage").prefetch_related("topics")

    def for_page(self) -> Self:
        """With what the question page shows."""
        words = [f"article__live__{name}" for name in WORDS] + [f"revision__{name}" for name in WORDS]
        return (
            self.select_related("asker", "stage", "article__live", "revision")
            .defer("article__search", *words)
            .prefetch_related("topics", "roads")
        )


class Question(models.Model):
    """One question. `body_html` is cleaned at write and may be printed."""

    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=140)
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    cleaner_version = models.PositiveSmallIntegerField(default=0)
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions")
    topics = models.ManyToManyField(Topic, related_name="questions")
    stage = models.ForeignKey(Experience, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    roads = models.ManyToManyField(Experience, blank=True, related_name="+")
    # The passage it was asked from: kept as words, so that it survives every later edit of the article.
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    revision = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    anchor = models.CharField(max_length=120, blank=True)
    section_title = models.CharField(max_length=MAX_SECTION_TITLE, blank=True)
    # Words of the passage that everybody may read; checked against the text when the question is posted.
    quote = models.CharField(max_length=MAX_QUOTE, blank=True)
    state = models.CharField(max_length=12, choices=QuestionState.choices, default=QuestionState.OPEN)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.SHOWN)
    locked_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(default=timezone.now)
    answer_count = models.PositiveIntegerField(default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="question_has_a_title"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(WITH_ANSWERS))
                | Q(answered_at__isnull=False, answer_count__gte=1),
                name="question_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(anchor="", section_title="") | ~Q(section_title=""),
                name="question_anchor_has_its_title",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-asked_at", "-id"], name="question_newest", condition=Q(visibility=Visibility.SHOWN)
            ),
            models.Index(
                fields=["-asked_at", "-id"],
                name="question_unanswered",
                condition=Q(
                    visibility=Visibility.SHOWN,
                    answer_count=0,
                    state__in=[QuestionState.OPEN, QuestionState.NEEDS_INFO],
                ),
            ),
            models.Index(fields=["asker", "-asked_at"], name="question_mine"),
            models.Index(fields=["asked_at"], name="question_held", condition=Q(visibility=Visibility.HELD)),
            models.Index(
                fields=["article", "-answer_count"],
                name="question_of_article",
                condition=Q(visibility=Visibility.SHOWN, article__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page with number and slug."""
        return reverse("feed:question_detail", args=[self.pk, self.slug])

    @property
    def is_answered(self) -> bool:
        """Whether it has an answer, for the sign beside it."""
        return self.answer_count > 0

    @property
    def place_now(self) -> Heading | None:
        """The heading of the live article where the passage, or what is nearest to it, stands now."""
        if not self.anchor or self.article is None or self.article.live is None:
            return None
        old = self.revision.headings if self.revision is not None else ()
        return nearest_heading(old, self.anchor, self.article.live.headings)

    @property
    def has_moved(self) -> bool:
        """Whether the article was edited so that the section it was asked from is not there as it was."""
        place = self.place_now
        if not self.anchor or self.article is None or self.article.live_id is None:
            return False
        return place is None or Truncator(place.text).chars(MAX_SECTION_TITLE) != self.section_title

    @property
    def is_held(self) -> bool:
        """Whether only the asker sees it, until a staff member has read it."""
        return self.visibility == Visibility.HELD


def question_slug(title: str) -> str:
    """Return the words of a title as they stand in its address; never empty."""
    return slugify(title)[:80].strip("-") or "question"


class QuestionEvent(models.Model):
    """One move of a question. Append-only."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="events")
    source = models.CharField(max_length=12, choices=QuestionState.choices)
    target = models.CharField(max_length=12, choices=QuestionState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
