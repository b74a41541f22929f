"""What a mentor may do."""

from datetime import date

from accounts.models import User
from mentors.models import MentorProfile


def is_verified_mentor(user: User, profile: MentorProfile | None, today: date) -> bool:
    """Say whether `user` is a mentor whose verification holds today; `profile` is theirs or None."""
    return (
        profile is not None
        and profile.user_id == user.pk
        and user.is_active
        and profile.is_verified_on(today)
    )
