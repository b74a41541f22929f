"""What a mentor may do."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from mentors.permissions import is_verified_mentor

TODAY = date(2026, 11, 22)


def profile(user_id: int, until: date = TODAY) -> MentorProfile:
    return MentorProfile(user_id=user_id, verification=Verification.VERIFIED, verified_until=until)


@pytest.mark.parametrize(
    ("user", "of", "is_mentor"),
    [
        (User(pk=1), profile(1), True),
        (User(pk=1), None, False),
        (User(pk=1), profile(2), False),
        (User(pk=1, is_active=False), profile(1), False),
        (User(pk=1), profile(1, TODAY - timedelta(days=1)), False),
    ],
)
def test_verified_mentor_is_an_active_person_with_a_profile_that_holds(
    user: User, of: MentorProfile | None, is_mentor: bool
) -> None:
    assert is_verified_mentor(user, of, TODAY) is is_mentor
