"""Who may read the gated part of an article."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from learner_series.access import can_read_all
from tests.factories.memberships import GrantFactory
from tests.factories.people import MentorFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)

PEOPLE: dict[str, tuple[Callable[[], User | None], bool]] = {
    "visitor": (lambda: None, False),
    "learner": (UserFactory.create, False),
    "premium": (lambda: GrantFactory.create().user, True),
    "premium that ended": (
        lambda: GrantFactory.create(starts_at=NOW - 9 * DAY, ends_at=NOW - DAY).user,
        False,
    ),
    "premium to come": (lambda: GrantFactory.create(starts_at=NOW + DAY).user, False),
    "closed premium account": (
        lambda: GrantFactory.create(user=UserFactory.create(is_active=False)).user,
        False,
    ),
    "mentor": (lambda: MentorFactory.create().user, False),
    "editor": (lambda: staff("editor"), True),
    "former editor": (lambda: staff("editor", is_active=False), False),
    "moderator": (lambda: staff("moderator"), False),
    "coordinator": (lambda: staff("coordinator"), False),
    "analyst": (lambda: staff("analyst"), False),
    "billing": (lambda: staff("billing"), False),
}


@pytest.mark.parametrize(("make", "expected"), PEOPLE.values(), ids=PEOPLE)
def test_gated_words_are_for_premium_members_and_editors(
    make: Callable[[], User | None], expected: bool
) -> None:
    assert can_read_all(make(), is_gated=True, now=NOW) is expected


@pytest.mark.parametrize("make", [make for make, _ in PEOPLE.values()], ids=PEOPLE)
def test_open_words_are_for_everybody(make: Callable[[], User | None]) -> None:
    assert can_read_all(make(), is_gated=False, now=NOW) is True
