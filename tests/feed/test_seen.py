"""Who opens a question has seen what they were told of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services.notifications import notify
from feed.models import Question
from feed.services.telling import QUESTION_ANSWERED
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(client: Client) -> Question:
    """Its asker is signed in."""
    made: Question = QuestionFactory.create()
    client.force_login(made.asker)
    return made


def tell(to: User, question: Question, key: str) -> None:
    """Tell somebody of an answer to a question."""
    notify(
        to=to,
        kind=QUESTION_ANSWERED.key,
        key=key,
        path=f"{question.get_absolute_url()}#answer-{key}",
        words={"title": question.title},
        now=timezone.now() - timedelta(minutes=5),
    )


def unread() -> set[tuple[int, str]]:
    """Whose, and which."""
    return set(Notification.objects.unread().values_list("user", "key"))


def test_opening_a_question_marks_what_was_told_of_it(client: Client, question: Question) -> None:
    asker, other = question.asker, UserFactory.create()
    for key in ("1", "2"):
        tell(asker, question, key)
    tell(other, question, "3")
    tell(asker, QuestionFactory.create(asker=asker), "4")
    page = client.get(question.get_absolute_url()).content.decode()
    assert unread() == {(other.pk, "3"), (asker.pk, "4")}
    assert 'aria-label="Notifications, 1 new"' in page


def test_what_leads_to_the_right_address_marks_nothing(client: Client, question: Question) -> None:
    tell(question.asker, question, "1")
    assert client.get(f"/feed/{question.pk}/").status_code == 301
    assert client.get(f"/feed/{question.pk}/wrong/").status_code == 301
    assert unread() == {(question.asker_id, "1")}


def test_visitors_mark_nothing(client: Client, question: Question) -> None:
    tell(question.asker, question, "1")
    assert Client().get(question.get_absolute_url()).status_code == 200
    assert unread() == {(question.asker_id, "1")}
