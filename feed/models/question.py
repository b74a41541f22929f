"""A question and its history."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Experience, Topic, User
from feed.lifecycle import WITH_ANSWERS, QuestionState
from learner_series.models import Article, Revision

MAX_SECTION_TITLE = 200


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

    def visible_to(self, user: User | None) -> Self:
        """What `user` may see: everything shown, and their own unless staff hid it."""
        if user is None:
            return self.shown()
        return self.filter(Q(visibility=Visibility.SHOWN) | Q(visibility=Visibility.HELD, asker=user))

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
        return self.select_related("asker", "stage", "article").prefetch_related("topics", "roads")


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
