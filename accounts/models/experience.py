"""The fixed vocabulary of lived experiences, and who has which."""

from typing import Self

from django.conf import settings
from django.core.validators import slug_re
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Now

from accounts.models.user import User


class Privacy(models.TextChoices):
    """Privacy classes (PRODUCT §4)."""

    P0 = "P0", "Public"
    P1 = "P1", "Signed-in people"
    P2 = "P2", "Matching; the other side from introduced on"
    P3 = "P3", "Sensitive; only where both have it and both opted in"
    P4 = "P4", "Never collected from learners"


class Viewer(models.TextChoices):
    """As whom somebody looks at a learner."""

    VISITOR = "visitor", "A visitor"
    LEARNER = "learner", "Somebody signed in"
    INTRODUCED = "introduced", "The other side of a match, from introduced on"
    STAFF = "staff", "Staff"


# Classes of a learner's terms that each may see as such. P3 is in none: see accounts.services.visibility.
SEEN: dict[Viewer, list[Privacy]] = {
    Viewer.VISITOR: [Privacy.P0],
    Viewer.LEARNER: [Privacy.P0, Privacy.P1],
    Viewer.INTRODUCED: [Privacy.P0, Privacy.P1, Privacy.P2],
    Viewer.STAFF: [Privacy.P0, Privacy.P1, Privacy.P2],
}


class AskedIn(models.TextChoices):
    """Where a group is asked."""

    ONBOARDING = "onboarding", "Onboarding"
    PROFILE = "profile", "Profile"
    APPLICATION = "application", "Personal Mentor application"
    FILTER_ONLY = "filter_only", "Never asked; a filter only"


class AppliesTo(models.TextChoices):
    """Whose group it is."""

    BOTH = "both", "Learners and mentors"
    MENTOR = "mentor", "Mentors"


class Kind(models.TextChoices):
    """How many of a group one person may choose."""

    SINGLE = "single", "One"
    MULTI = "multi", "Several"


class ExperienceGroupQuerySet(models.QuerySet["ExperienceGroup"]):
    """Groups by where they are asked."""

    def asked_of_learners(self, *places: AskedIn) -> Self:
        """Groups that learners are asked in `places`, in order."""
        return self.filter(asked_in__in=places, applies_to=AppliesTo.BOTH).order_by("order", "key")

    def changed_by_staff(self) -> Self:
        """Groups whose words staff chose."""
        return self.exclude(changed_by_staff_at=None)

    def with_terms(self, terms: "ExperienceQuerySet") -> Self:
        """Each with `offered`, those of `terms` that are its own; groups without any are left out."""
        own = Prefetch("experiences", queryset=terms.order_by("order", "key"), to_attr="offered")
        return self.filter(pk__in=terms.values("group")).prefetch_related(own)


class ExperienceGroup(models.Model):
    """One question of the vocabulary, with the reason why it is asked."""

    key = models.SlugField(max_length=60, primary_key=True)
    label = models.CharField(max_length=80)
    why_we_ask = models.CharField(max_length=300)
    asked_in = models.CharField(max_length=20, choices=AskedIn.choices)
    applies_to = models.CharField(max_length=20, choices=AppliesTo.choices)
    is_facet = models.BooleanField("a filter of the directory")
    order = models.PositiveSmallIntegerField()
    # The files no longer change the words of what staff changed.
    changed_by_staff_at = models.DateTimeField(null=True, editable=False)

    objects = ExperienceGroupQuerySet.as_manager()

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label


class ExperienceQuerySet(models.QuerySet["Experience"]):
    """Terms by use."""

    def in_use(self) -> Self:
        """Terms a person may choose now."""
        return self.filter(retired_at=None)

    def for_group(self, group: str) -> Self:
        """The terms of one group, in its order."""
        return self.filter(group_id=group).order_by("order")

    def termed(self, group: str, key: str) -> "Experience | None":
        """The term `key` of `group`, or None."""
        # What is no slug is nobody's, and PostgreSQL refuses to look for a NUL character at all.
        if not (slug_re.match(group) and slug_re.match(key)):
            return None
        return self.filter(group=group, key=key).first()

    def kept_openly(self) -> Self:
        """Terms that `PersonExperience` may hold: not sensitive ones, which need their own consent."""
        return self.exclude(learner_privacy__in=[Privacy.P3, Privacy.P4])

    def sensitive(self) -> Self:
        """Terms that a learner keeps only by a consent for each, sealed."""
        return self.filter(learner_privacy=Privacy.P3)

    def sensitive_for(self, held: list[int]) -> Self:
        """Sensitive terms to offer to who holds those of the ids `held`, which may be retired."""
        return self.sensitive().filter(Q(retired_at=None) | Q(pk__in=held))

    def offered_to(self, *, is_adult: bool) -> Self:
        """Terms that a form without consents may offer: to minors only what is not private."""
        return self.in_use().kept_openly() if is_adult else self.in_use().public_for_learners()

    def public_for_learners(self) -> Self:
        """Terms that a learner's page or question may show to everybody or to signed-in people."""
        return self.filter(learner_privacy__in=[Privacy.P0, Privacy.P1])


class Experience(models.Model):
    """One term: a stage, a road, a kind of help, a lived thing."""

    group = models.ForeignKey(ExperienceGroup, on_delete=models.PROTECT, related_name="experiences")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    help = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    learner_privacy = models.CharField(max_length=2, choices=Privacy.choices)
    mentor_privacy = models.CharField(max_length=2, choices=Privacy.choices)
    mentor_opts_in = models.BooleanField("a mentor must opt in to each use")
    weight = models.PositiveSmallIntegerField()
    is_identity = models.BooleanField("counts only when the learner asks")
    order = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)
    # Not from the files: they neither change nor retire it.
    is_staff_made = models.BooleanField("added by staff", default=False, editable=False)
    changed_by_staff_at = models.DateTimeField(null=True, editable=False)

    objects = ExperienceQuerySet.as_manager()

    class Meta:
        ordering = ["group__order", "order"]
        constraints = [
            models.UniqueConstraint(fields=["group", "key"], name="experience_key_unique_in_group"),
            models.CheckConstraint(condition=Q(weight__lte=10), name="experience_weight_up_to_ten"),
        ]

    def __str__(self) -> str:
        return self.label


class PersonExperienceQuerySet(models.QuerySet["PersonExperience"]):
    """Who has which."""

    def for_group(self, group: str) -> Self:
        """Rows of one group, with their terms."""
        return (
            self.filter(experience__group_id=group).select_related("experience").order_by("experience__order")
        )

    def all_of(self, user: User) -> list[Experience]:
        """Every term of `user`, for their own eyes."""
        return [row.experience for row in self.filter(user=user).select_related("experience")]

    def seen_of(self, user: User, viewer: Viewer) -> list[Experience]:
        """The terms of `user`, a learner, that `viewer` may see by their class, in the vocabulary's order."""
        return self._terms(user, SEEN[viewer])

    def private_of(self, user: User) -> list[Experience]:
        """The terms of `user`, a learner, that the other side of a match sees from introduced on."""
        return self._terms(user, [Privacy.P2])

    def _terms(self, user: User, classes: list[Privacy]) -> list[Experience]:
        rows = self.filter(user=user, experience__learner_privacy__in=classes)
        ordered = rows.select_related("experience__group").order_by(
            "experience__group__order", "experience__order", "experience__key"
        )
        return [row.experience for row in ordered]

    def has_any(self, user: User) -> bool:
        """Say whether `user` told anything yet."""
        return self.filter(user=user).exists()

    def public_of(self, user: User) -> list[Experience]:
        """The terms of `user` that signed-in people may see anyway, for filling in a form."""
        rows = self.filter(user=user, experience__learner_privacy__in=[Privacy.P0, Privacy.P1])
        return [row.experience for row in rows.select_related("experience")]


class PersonExperience(models.Model):
    """One person has one experience. Terms of class P3 and P4 are kept elsewhere, never in this table."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="experiences")
    experience = models.ForeignKey(Experience, on_delete=models.PROTECT, related_name="people")
    created_at = models.DateTimeField(db_default=Now())

    objects = PersonExperienceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "experience"], name="person_experience_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.experience_id}"
