"""An answer: what it rests on and for whom it is true."""

from typing import Self

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from accounts.models import Experience, User
from accounts.models.privacy import apart_from
from feed.models.question import WORDS, Question, Visibility
from mentors.models import MentorProfile


class Basis(models.TextChoices):
    """What an answer rests on."""

    OFFICIAL_SOURCE = "official_source", "Official source"
    PATTERN = "pattern", "A pattern across many"
    OWN_EXPERIENCE = "own_experience", "My own experience"
    OPINION = "opinion", "My opinion"


GUIDANCE = frozenset({Basis.OFFICIAL_SOURCE, Basis.PATTERN})


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers by who may see them."""

    def shown(self) -> Self:
        """Answers everybody can see."""
        return self.filter(visibility=Visibility.SHOWN)

    def shown_to(self, user: User | None) -> Self:
        """What `user`, None for a visitor, sees: shown, and of nobody whom a block keeps apart."""
        return self.shown() if user is None else self.shown().exclude(apart_from(user, field="mentor__user"))

    def on_questions_shown_to(self, user: User) -> Self:
        """Answers whose question `user` can open."""
        return self.on_shown_questions().exclude(apart_from(user, field="question__asker"))

    def on_shown_questions(self) -> Self:
        """Answers whose question everybody can open."""
        return self.filter(question__visibility=Visibility.SHOWN)

    def for_page(self) -> Self:
        """With author, sources and scope; official sources first, then patterns, stories and opinions."""
        rank = Case(
            *[When(basis=basis, then=Value(place)) for place, basis in enumerate(Basis.values)],
            output_field=IntegerField(),
        )
        return (
            self.select_related("mentor__user")
            .prefetch_related("sources", "scope_terms")
            .order_by(rank, "answered_at", "pk")
        )

    def by(self, user: User) -> "Answer | None":
        """The shown answer of `user` among these, or None."""
        return self.shown().select_related("question").filter(mentor__user=user).first()

    def written_by(self, profile: MentorProfile) -> Self:
        """A mentor's own answers."""
        return self.filter(mentor=profile)

    def for_folding(self) -> Self:
        """Those everybody can see, as for their page, with who asked and the outline it was asked from."""
        words = [f"question__revision__{name}" for name in WORDS]
        shown = self.shown().on_shown_questions().for_page()
        return shown.select_related("question__asker", "question__revision").defer(*words)

    def for_row(self) -> Self:
        """Newest first, with the question each answers."""
        return self.select_related("question").order_by("-answered_at", "-pk")


class Answer(models.Model):
    """One mentor's answer. `body_html` is cleaned at write and may be printed."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    mentor = models.ForeignKey(MentorProfile, on_delete=models.PROTECT, related_name="answers")
    # The school year at the time of writing: the profile rolls on each summer, an answer does not.
    written_as = models.CharField(max_length=120)
    basis = models.CharField(max_length=16, choices=Basis.choices)
    body_html = models.TextField()
    body_text = models.TextField()
    cleaner_version = models.PositiveSmallIntegerField(default=0)
    is_for_everyone = models.BooleanField(default=False)
    scope_terms = models.ManyToManyField(Experience, blank=True, related_name="+")
    cycle_year = models.PositiveSmallIntegerField(null=True, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.SHOWN)
    answered_at = models.DateTimeField(default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "mentor"], name="answer_once_per_mentor"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="answer_basis_known"),
            models.CheckConstraint(condition=~Q(body_text=""), name="answer_says_something"),
            models.CheckConstraint(
                condition=Q(cycle_year=None) | Q(cycle_year__range=(2020, 2100)),
                name="answer_cycle_year_sane",
            ),
        ]
        indexes = [models.Index(fields=["mentor", "-answered_at"], name="answer_by_mentor")]

    def __str__(self) -> str:
        return f"answer {self.pk} to {self.question_id}"

    def get_absolute_url(self) -> str:
        """Return the place of this answer on its question's page."""
        return f"{self.question.get_absolute_url()}#answer-{self.pk}"

    @property
    def is_guidance(self) -> bool:
        """Whether it is shown as Guidance."""
        return Basis(self.basis) in GUIDANCE

    @property
    def is_story(self) -> bool:
        """Whether it is shown as My story."""
        return self.basis == Basis.OWN_EXPERIENCE


class AnswerSource(models.Model):
    """Where a reader can check an answer."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="sources")
    title = models.CharField(max_length=160)
    url = models.URLField(max_length=500)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="answer_source_is_web",
            )
        ]

    def __str__(self) -> str:
        return self.title
