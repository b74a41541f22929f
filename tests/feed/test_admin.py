"""Staff pages of questions and answers, for reading."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from feed.models import Answer, Question
from tests.factories.people import TopicFactory, experience, staff
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db

LIST_QUERIES = {"question": 7, "answer": 6}


@pytest.fixture
def moderator(client: Client) -> User:
    """A moderator, signed in."""
    person = staff("moderator")
    client.force_login(person)
    return person


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:feed_{model}_{page}", args=args)


@pytest.mark.parametrize("model", LIST_QUERIES)
@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, moderator: User, model: str, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        answered()
    with django_assert_num_queries(LIST_QUERIES[model]):
        page = client.get(url(model, "changelist"))
    assert len(page.context["cl"].result_list) == count


def test_question_list_shows_state_and_leads_to_the_page(client: Client, moderator: User) -> None:
    question = answered().question
    page = client.get(url("question", "changelist")).content.decode()
    assert f'<a href="{question.get_absolute_url()}" class="underline">Open</a>' in page
    assert "Answered" in page
    assert question.asker.email not in page


def test_question_list_is_searched_by_title(client: Client, moderator: User) -> None:
    found = QuestionFactory.create(title="How long is the MCAT?")
    QuestionFactory.create(title="Something else?")
    page = client.get(url("question", "changelist"), {"q": "mcat"})
    assert list(page.context["cl"].result_list) == [found]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("visibility__exact", "held", ["Held?"]), ("state__exact", "answered", ["Answered?"])],
)
def test_question_list_is_filtered(
    client: Client, moderator: User, name: str, value: str, expected: list[str]
) -> None:
    QuestionFactory.create(title="Held?", visibility="held")
    answered(QuestionFactory.create(title="Answered?"))
    page = client.get(url("question", "changelist"), {name: value})
    assert [question.title for question in page.context["cl"].result_list] == expected


def test_answer_list_shows_who_and_on_what_it_rests(client: Client, moderator: User) -> None:
    answer = answered()
    page = client.get(url("answer", "changelist")).content.decode()
    assert answer.mentor.user.display_name in page
    assert "My own experience" in page
    assert f'href="{answer.get_absolute_url()}"' in page


def test_pages_show_everything_and_change_nothing(client: Client, moderator: User) -> None:
    answer = answered(is_for_everyone=False, scope_terms=(experience(),))
    answer.question.topics.add(TopicFactory.create(name="Gap years"))
    shown = client.get(url("question", "change", answer.question_id)).content.decode()
    assert "Gap years" in shown
    assert "It worked for me." in client.get(url("answer", "change", answer.pk)).content.decode()


@pytest.mark.parametrize("model", ["question", "answer"])
def test_posts_are_not_added_changed_or_deleted(client: Client, model: str) -> None:
    answer = answered()
    client.force_login(staff("moderator", is_superuser=True))
    pk = answer.pk if model == "answer" else answer.question_id
    assert client.get(url(model, "add")).status_code == 403
    assert client.post(url(model, "change", pk), {"title": "x", "visibility": "hidden"}).status_code == 403
    assert client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert (Question.objects.get().visibility, Answer.objects.get().visibility) == ("shown", "shown")
