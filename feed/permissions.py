"""Who may ask and answer."""

from datetime import date

from accounts.models import User
from feed.lifecycle import ANSWERABLE, QuestionState
from feed.models import Question
from feed.models.question import Visibility
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor


def can_ask(user: User) -> bool:
    """Say whether `user` may ask: everyone with an active account."""
    return user.is_active


def can_answer(user: User, profile: MentorProfile | None, question: Question, today: date) -> bool:
    """Say whether `user` may add an answer: a verified mentor, to somebody else's open question."""
    return (
        is_verified_mentor(user, profile, today)
        and question.asker_id != user.pk
        and question.visibility == Visibility.SHOWN
        and question.locked_at is None
        and QuestionState(question.state) in ANSWERABLE
    )
