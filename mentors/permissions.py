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


def can_change_verification(user: User, profile: MentorProfile) -> bool:
    """Say whether `user` may decide on this mentor: a coordinator, and never about themselves."""
    return user.is_staff and user.has_perm("mentors.change_mentorprofile") and profile.user_id != user.pk
