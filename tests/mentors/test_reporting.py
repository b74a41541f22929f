"""A mentor can be reported."""

import pytest

from accounts.models import User
from accounts.registries.safety import Reported, reportable_of
from mentors.models.profile import Verification
from tests.factories.people import MentorFactory, UserFactory


def find(target: object, person: User) -> Reported | None:
    reportable = reportable_of("mentor")
    assert reportable is not None
    return reportable.find(str(target), person.pk)


@pytest.mark.django_db
def test_a_mentor_is_found_by_the_number_of_the_profile() -> None:
    mentor = MentorFactory.create(user__display_name="Amara")
    assert find(mentor.pk, UserFactory.create()) == Reported(
        id=str(mentor.pk), words="Amara, Third year, LSM", path="", about=mentor.user_id
    )


@pytest.mark.django_db
def test_a_mentor_whom_nobody_sees_is_not_found() -> None:
    mentor = MentorFactory.create(verification=Verification.SUSPENDED)
    assert [find(target, UserFactory.create()) for target in (mentor.pk, "x")] == [None, None]


@pytest.mark.django_db
def test_a_block_keeps_nobody_from_reporting_a_mentor() -> None:
    mentor, blocked, blocker = MentorFactory.create(), UserFactory.create(), UserFactory.create()
    mentor.user.blocks.create(blocked=blocked)
    blocker.blocks.create(blocked=mentor.user)
    assert [find(mentor.pk, person) is not None for person in (blocked, blocker)] == [True, True]


def test_a_mentor_has_a_label_and_a_staff_page() -> None:
    reportable = reportable_of("mentor")
    assert reportable is not None
    found = (reportable.label, reportable.staff_path("12"))
    assert found == ("this mentor", "/admin/mentors/mentorprofile/12/change/")
