"""People and what they choose from."""

from datetime import date, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group

from accounts.models import Experience, ExperienceGroup, Topic, User
from accounts.models.experience import AppliesTo, AskedIn, Kind, Privacy
from mentors.models import MentorProfile
from mentors.models.profile import ProgramYear, Verification

PASSWORD = "a-long-test-password"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A learner with a verified e-mail address."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    display_name = factory.Sequence(lambda n: f"Person {n}")
    slug = factory.Sequence(lambda n: f"person-{n}")
    email = factory.LazyAttribute(lambda person: f"{person.slug}@example.test")
    password = factory.django.Password(PASSWORD)
    birth_year, birth_month = 2000, 6

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        """Pass `verified=False` for an address that is not confirmed."""
        self.emailaddress_set.create(email=self.email, primary=True, verified=extracted is not False)  # type: ignore[attr-defined]


def staff(group: str, **fields: Any) -> User:
    """A person of one staff group (the groups come with the migrations)."""
    person: User = UserFactory.create(is_staff=True, **fields)
    person.groups.add(Group.objects.get(name=group))
    return person


class TopicFactory(factory.django.DjangoModelFactory[Topic]):
    """A topic."""

    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


def experience(group: str = "education_stage", key: str = "ug_year2", **fields: Any) -> Experience:
    """A term of the vocabulary; its group is made when it is missing."""
    made, _ = ExperienceGroup.objects.get_or_create(
        key=group,
        defaults={
            "label": group,
            "why_we_ask": "So that tests can.",
            "asked_in": AskedIn.ONBOARDING,
            "applies_to": AppliesTo.BOTH,
            "is_facet": True,
            "order": 1,
        },
    )
    defaults = {
        "label": key.replace("_", " ").capitalize(),
        "kind": Kind.MULTI,
        "learner_privacy": Privacy.P1,
        "mentor_privacy": Privacy.P0,
        "mentor_opts_in": False,
        "weight": 3,
        "is_identity": False,
        "order": 1,
    }
    term, _ = Experience.objects.get_or_create(group=made, key=key, defaults={**defaults, **fields})
    return term


class MentorFactory(factory.django.DjangoModelFactory[MentorProfile]):
    """A mentor whose verification holds for another year."""

    class Meta:
        model = MentorProfile

    user = factory.SubFactory(UserFactory)
    slug = factory.LazyAttribute(lambda profile: profile.user.slug)
    school = "LSM"
    program_year = ProgramYear.M3
    verification = Verification.VERIFIED
    verified_until = factory.LazyFunction(lambda: date.today() + timedelta(days=365))  # noqa: DTZ011
