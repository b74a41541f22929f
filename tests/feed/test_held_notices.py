"""Moderators hear of a held post, and others when it waits too long."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Notification, User
from accounts.services.duty import is_staff
from breakthru.outbox.models import Outbox
from feed.handlers import held_due
from feed.models import Question
from feed.services.held_notices import HELD, PAGE, READ_WITHIN
from feed.services.questions import QuestionDraft, ask_question
from feed.services.reviewing import HideReason, hide, release
from tests.factories.people import TopicFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def moderator() -> User:
    """One of the moderators."""
    return staff("moderator")


@pytest.fixture
def lead() -> User:
    """The safeguarding lead."""
    return staff("safeguarding lead")


def asked(birth_year: int = 2010) -> Question:
    """A question that somebody asks at noon, at 16 unless told."""
    draft = QuestionDraft(
        title="How do I begin?", body="", topics=(TopicFactory.create(),), stage=None, roads=(), passage=None
    )
    asker = UserFactory.create(birth_year=birth_year)
    return ask_question(by=asker, token=uuid.uuid4(), draft=draft, now=NOON)


def told() -> list[tuple[User, str]]:
    return [(row.user, row.kind) for row in Notification.objects.select_related("user").order_by("pk")]


def test_moderators_are_told_and_no_word_of_it(moderator: User, lead: User) -> None:
    asked()

    row = Notification.objects.get()

    assert (row.user, row.kind, row.path, row.words) == (moderator, HELD.key, PAGE, {})


def test_nobody_is_told_of_what_everybody_sees(moderator: User) -> None:
    asked(birth_year=2000)

    assert (told(), Outbox.objects.filter(kind="feed.held_due").count()) == ([], 0)


def test_it_is_looked_at_again_when_its_time_is_over(moderator: User) -> None:
    question = asked()

    row = Outbox.objects.get(kind="feed.held_due")

    assert (row.ref, row.run_after) == (str(question.pk), NOON + READ_WITHIN)


def test_who_sees_to_it_is_told_that_it_still_waits_once(moderator: User, lead: User) -> None:
    question = asked()

    for _ in range(2):
        held_due(str(question.pk))

    assert told() == [(moderator, "feed.post_held"), (lead, "feed.held_due")]


@pytest.mark.parametrize("is_released", [True, False])
def test_nothing_waits_any_more_when_somebody_decided(moderator: User, lead: User, is_released: bool) -> None:
    question = asked()
    held_due(str(question.pk))
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        if is_released:
            release(by=moderator, post=question, now=NOON)
        else:
            hide(by=moderator, post=question, reason=HideReason.DOUBLE, now=NOON)
        held_due(str(question.pk))

    assert [user for user, _ in told()] == [question.asker]


@pytest.mark.parametrize("is_held", [True, False])
def test_mail_is_sent_only_while_it_is_held(moderator: User, is_held: bool) -> None:
    question = asked()
    if not is_held:
        release(by=moderator, post=question, now=NOON)

    assert (HELD.context(f"question:{question.pk}") is not None) is is_held


def test_only_staff_find_it_among_their_settings(moderator: User) -> None:
    learner: User = UserFactory.create()

    assert (HELD.is_for(moderator.pk), HELD.is_for(learner.pk), is_staff(learner.pk)) == (True, False, False)
