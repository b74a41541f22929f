"""Who may ask and answer."""

from datetime import date

from accounts.models import User
from accounts.models.age import AgeGroup
from accounts.permissions import age_group_of, is_adult, is_leaving
from feed.lifecycle import ANSWERABLE, QuestionState
from feed.models import Answer, Question
from feed.models.question import Visibility
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor


def can_ask(user: User) -> bool:
    """Say whether `user` may ask: everyone with an active account that is to stay."""
    return user.is_active and not is_leaving(user)


def is_read_first(user: User, today: date) -> bool:
    """Say whether staff read what `user` asks before others see it: all that people under 18 write."""
    return age_group_of(user, today) != AgeGroup.ADULT


def can_answer(user: User, profile: MentorProfile | None, question: Question, today: date) -> bool:
    """Say whether `user` may add an answer: a verified mentor from 18 on, to another's open question."""
    return (
        is_verified_mentor(user, profile, today)
        and is_adult(user, today)
        and not is_leaving(user)
        and question.asker_id != user.pk
        and question.visibility == Visibility.SHOWN
        and question.locked_at is None
        and QuestionState(question.state) in ANSWERABLE
    )


def can_review(user: User, post: Question | Answer) -> bool:
    """Say whether `user` may decide who sees this post: a moderator, and never about their own."""
    author = post.asker_id if isinstance(post, Question) else post.mentor.user_id
    right = f"feed.change_{post._meta.model_name}"
    return user.is_active and user.is_staff and user.has_perm(right) and author != user.pk
