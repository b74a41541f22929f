"""Who walks through the site: one of each role, made anew for a test."""

from collections.abc import Callable

from accounts.models import User
from mentors.models.profile import Verification
from tests.factories.people import MentorFactory, UserFactory, staff

PERSONAS: dict[str, Callable[[], User | None]] = {
    "visitor": lambda: None,
    "learner": UserFactory.create,
    "mentor": lambda: MentorFactory.create().user,
    "expired_mentor": lambda: MentorFactory.create(verification=Verification.EXPIRED).user,
    "editor": lambda: staff("editor"),
    "moderator": lambda: staff("moderator"),
    "coordinator": lambda: staff("coordinator"),
    "admin": lambda: UserFactory.create(is_staff=True, is_superuser=True),
}
