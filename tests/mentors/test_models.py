"""What the table of mentors holds, refuses and lists."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mentors.models import MentorProfile
from mentors.models.profile import RESERVED_SLUGS, ProgramYear, Verification
from tests.constraints import refused_by
from tests.factories.people import MentorFactory, TopicFactory, UserFactory

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
in_test = pytest.mark.django_db


@in_test
@pytest.mark.parametrize("slug", RESERVED_SLUGS)
def test_mentor_slug_not_reserved(slug: str) -> None:
    MentorFactory.create(slug=f"{slug}-x7kq2p")
    with refused_by("mentor_slug_not_reserved"):
        MentorFactory.create(slug=slug)


@in_test
def test_mentor_verified_has_an_end() -> None:
    MentorFactory.create(verification=Verification.VERIFIED, verified_until=TODAY)
    for ended in (Verification.EXPIRED, Verification.SUSPENDED, Verification.ENDED):
        MentorFactory.create(verification=ended, verified_until=None)
    with refused_by("mentor_verified_has_an_end"):
        MentorFactory.create(verification=Verification.VERIFIED, verified_until=None)


@in_test
def test_mentor_slug_is_unique() -> None:
    MentorFactory.create(slug="ada")
    with refused_by("mentors_mentorprofile_slug_key"):
        MentorFactory.create(slug="ada")


@in_test
def test_person_has_one_profile() -> None:
    user = UserFactory.create()
    MentorFactory.create(user=user)
    with refused_by("mentors_mentorprofile_user_id_key"):
        MentorFactory.create(user=user, slug="another")


@in_test
def test_school_is_one_visible_line() -> None:
    mentor = MentorFactory.create(school="LSM")
    mentor.clean_fields()
    mentor.school = "LSM\u202e"
    with pytest.raises(ValidationError):
        mentor.clean_fields()


HOLDS: list[tuple[dict[str, Any], bool]] = [
    ({"verification": Verification.VERIFIED, "verified_until": TODAY}, True),
    ({"verification": Verification.VERIFIED, "verified_until": TODAY + DAY}, True),
    ({"verification": Verification.VERIFIED, "verified_until": TODAY - DAY}, False),
    ({"verification": Verification.EXPIRED, "verified_until": TODAY + DAY}, False),
    ({"verification": Verification.SUSPENDED, "verified_until": TODAY + DAY}, False),
    ({"verification": Verification.ENDED, "verified_until": TODAY + DAY}, False),
    ({"verification": Verification.ENDED, "verified_until": None}, False),
]


@pytest.mark.parametrize(("fields", "holds"), [*HOLDS, ({"verification": "verified"}, False)])
def test_verification_holds_until_its_end(fields: dict[str, Any], holds: bool) -> None:
    assert MentorProfile(**fields).is_verified_on(TODAY) is holds


@in_test
@pytest.mark.parametrize(("fields", "holds"), HOLDS)
def test_list_of_verified_mentors_agrees(fields: dict[str, Any], holds: bool) -> None:
    mentor = MentorFactory.create(**fields)
    assert list(MentorProfile.objects.verified(TODAY)) == ([mentor] if holds else [])


@in_test
def test_list_of_verified_mentors_leaves_out_inactive_people() -> None:
    MentorFactory.create(user=UserFactory.create(is_active=False))
    assert list(MentorProfile.objects.verified(TODAY)) == []


@in_test
@pytest.mark.parametrize(("ends_in", "listed"), [(DAY, 0), (-DAY, 1)])
def test_list_of_verified_mentors_leaves_out_who_is_suspended(ends_in: timedelta, listed: int) -> None:
    MentorFactory.create(user=UserFactory.create(suspended_until=timezone.now() + ends_in))
    assert MentorProfile.objects.verified(TODAY).count() == listed


@in_test
def test_profile_is_found_by_its_person() -> None:
    mentor = MentorFactory.create()
    assert MentorProfile.objects.of(mentor.user) == mentor
    assert MentorProfile.objects.of(UserFactory.create()) is None


@in_test
def test_mentors_come_in_an_order_that_ranks_nobody() -> None:
    for slug in ("b", "c", "a"):
        MentorFactory.create(slug=slug)
    assert [mentor.slug for mentor in MentorProfile.objects.in_order()] == ["a", "b", "c"]


@in_test
@pytest.mark.parametrize("count", [1, 3])
def test_mentors_for_display_cost_one_query(count: int, django_assert_num_queries: Any) -> None:
    MentorFactory.create_batch(count)
    with django_assert_num_queries(1):
        names = [mentor.user.display_name for mentor in MentorProfile.objects.for_display()]
    assert len(names) == count


@in_test
@pytest.mark.parametrize("count", [1, 3])
def test_mentors_for_cards_cost_two_queries(count: int, django_assert_num_queries: Any) -> None:
    topic = TopicFactory.create()
    for mentor in MentorFactory.create_batch(count):
        mentor.topics.add(topic)
    with django_assert_num_queries(2):
        cards = [
            (each.user.display_name, list(each.topics.all())) for each in MentorProfile.objects.for_card()
        ]
    assert [topics for _, topics in cards] == [[topic]] * count


@pytest.mark.parametrize(
    ("year", "place"), [(ProgramYear.M3, "Third year, LSM"), (ProgramYear.ALUMNI, "Graduated, LSM")]
)
def test_place_is_said_in_words(year: ProgramYear, place: str) -> None:
    assert MentorProfile(program_year=year, school="LSM").place == place


def test_profile_is_named_by_its_public_slug() -> None:
    assert str(MentorProfile(slug="ada-x7kq2p")) == "ada-x7kq2p"
