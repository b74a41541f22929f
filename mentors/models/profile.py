"""A mentor's profile and verification."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import MD5, Concat, Now

from accounts.models import Topic, User
from accounts.models.user import VISIBLE_LINE

RESERVED_SLUGS = ("become", "application", "queue")


class Verification(models.TextChoices):
    """Whether the school enrolment of a mentor was checked and still holds (PRODUCT §7)."""

    VERIFIED = "verified", "Verified"
    EXPIRED = "expired", "Expired"
    SUSPENDED = "suspended", "Suspended"
    ENDED = "ended", "Ended"


class ProgramYear(models.TextChoices):
    """Where in school a mentor is; rolls on each summer."""

    M1 = "m1", "First year"
    M2 = "m2", "Second year"
    M3 = "m3", "Third year"
    M4 = "m4", "Fourth year"
    ALUMNI = "alumni", "Graduated"


class MentorProfileQuerySet(models.QuerySet["MentorProfile"]):
    """Mentors by what they may do."""

    def verified(self, today: date) -> Self:
        """Mentors whose verification holds on `today` and who are not suspended: they may answer."""
        may_write = Q(user__suspended_until=None) | Q(user__suspended_until__lte=Now())
        return self.filter(
            may_write, verification=Verification.VERIFIED, verified_until__gte=today, user__is_active=True
        )

    def of(self, user: User) -> "MentorProfile | None":
        """The profile of `user`, or None."""
        return self.filter(user=user).first()

    def is_mentor(self, person: int) -> bool:
        """Say whether the person with that id is a mentor, verified or not."""
        return self.filter(user_id=person).exists()

    def in_order(self) -> Self:
        """By public name: an order that ranks nobody."""
        return self.order_by("slug")

    def in_turn(self, day: date) -> Self:
        """In an order that is another every day and the same all day: nobody is always the first."""
        return self.order_by(MD5(Concat(F("slug"), Value(day.isoformat()))), "slug")

    def for_display(self) -> Self:
        """With the person, for pages that show name and school."""
        return self.select_related("user")

    def for_card(self) -> Self:
        """With the person and the topics they help with."""
        return self.for_display().prefetch_related("topics")


class MentorProfile(models.Model):
    """What a mentor shows. Slug and school are public; the e-mail and surname never are."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentor_profile"
    )
    slug = models.SlugField(max_length=60, unique=True)
    school = models.CharField("school, by its initials", max_length=60, validators=[VISIBLE_LINE])
    program_year = models.CharField(max_length=10, choices=ProgramYear.choices)
    headline = models.CharField(max_length=160, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="mentors")
    verification = models.CharField(max_length=12, choices=Verification.choices)
    verified_until = models.DateField(null=True, blank=True)

    objects = MentorProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(slug__in=RESERVED_SLUGS), name="mentor_slug_not_reserved"),
            models.CheckConstraint(
                condition=~Q(verification=Verification.VERIFIED) | Q(verified_until__isnull=False),
                name="mentor_verified_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["verification", "verified_until"], name="mentor_verified")]

    def __str__(self) -> str:
        return self.slug

    @property
    def place(self) -> str:
        """School and year in words, such as "Third year, LSM"."""
        return f"{self.get_program_year_display()}, {self.school}"

    def is_verified_on(self, today: date) -> bool:
        """Say whether the verification holds on `today`."""
        return (
            self.verification == Verification.VERIFIED
            and self.verified_until is not None
            and self.verified_until >= today
        )
