"""Who may ask and answer, as a table. Nothing here needs the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from feed.lifecycle import QuestionState
from feed.models import Question
from feed.models.question import Visibility
from feed.permissions import can_answer, can_ask
from mentors.models import MentorProfile
from mentors.models.profile import Verification

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize("is_active", [True, False])
def test_can_ask_is_open_to_every_active_account(is_active: bool) -> None:
    assert can_ask(User(is_active=is_active)) is is_active


def _case(**changes: Any) -> tuple[User, MentorProfile | None, Question]:
    """A mentor who may answer, with the named things changed."""
    birth = changes.get("birth", (2000, 6))
    user = User(pk=1, is_active=changes.get("is_active", True), birth_year=birth[0], birth_month=birth[1])
    profile = MentorProfile(
        user_id=changes.get("profile_of", 1),
        verification=changes.get("verification", Verification.VERIFIED),
        verified_until=TODAY + timedelta(days=changes.get("days_left", 0)),
    )
    question = Question(
        asker_id=changes.get("asker", 2),
        state=changes.get("state", QuestionState.OPEN),
        visibility=changes.get("visibility", Visibility.SHOWN),
        locked_at=changes.get("locked_at"),
    )
    return user, None if changes.get("no_profile") else profile, question


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"days_left": -1}, False),
        ({"no_profile": True}, False),
        ({"profile_of": 3}, False),
        ({"is_active": False}, False),
        ({"verification": Verification.EXPIRED}, False),
        ({"verification": Verification.SUSPENDED}, False),
        ({"verification": Verification.ENDED}, False),
        ({"birth": (2009, 1)}, False),
        ({"birth": (None, None)}, False),
        ({"asker": 1}, False),
        ({"visibility": Visibility.HELD}, False),
        ({"visibility": Visibility.HIDDEN}, False),
        ({"locked_at": timezone.now()}, False),
        ({"state": QuestionState.NEEDS_INFO}, True),
        ({"state": QuestionState.ANSWERED}, True),
        ({"state": QuestionState.SOLVED}, True),
        ({"state": QuestionState.CLOSED}, False),
        ({"state": QuestionState.MERGED}, False),
    ],
)
def test_can_answer(changes: dict[str, Any], expected: bool) -> None:
    user, profile, question = _case(**changes)
    assert can_answer(user, profile, question, TODAY) is expected
