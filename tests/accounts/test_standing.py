"""What a suspended account can still do."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.access import may_do_while_suspended
from accounts.models import User
from feed.models import Question
from feed.services.answers import AnswerError, answer_question
from feed.services.questions import AskError, QuestionDraft, ask_question
from tests.factories.library import published
from tests.factories.people import MentorFactory, UserFactory
from tests.factories.questions import QuestionFactory, answer_draft

pytestmark = pytest.mark.django_db
STANDING = "/accounts/standing/"
TOLD = "Your account is suspended, so nothing can be posted or changed from it now."


@pytest.fixture
def suspended(client: Client) -> User:
    """Signed in, suspended until tomorrow."""
    person: User = UserFactory.create(suspended_until=timezone.now() + timedelta(days=1))
    client.force_login(person)
    return person


@pytest.mark.parametrize("path", ["/feed/ask/", "/accounts/profile/", "/accounts/onboarding/"])
def test_what_is_posted_leads_to_the_page_that_says_why(client: Client, suspended: User, path: str) -> None:
    response = client.post(path, {"display_name": "New", "title": "Is this a question?"})
    assert (response.status_code, response.headers["Location"]) == (302, STANDING)
    assert TOLD in client.get(STANDING).content.decode()
    suspended.refresh_from_db()
    assert (suspended.display_name == "New", Question.objects.count()) == (False, 0)


def test_an_empty_form_for_something_new_is_not_shown(client: Client, suspended: User) -> None:
    assert client.get("/feed/ask/").headers["Location"] == STANDING


def test_a_part_of_a_page_sends_the_whole_page_there(client: Client, suspended: User) -> None:
    path = f"{published().get_absolute_url()}feedback/"
    response = client.post(path, {"is_helpful": "on"}, headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, STANDING)


def test_reading_goes_on(client: Client, suspended: User) -> None:
    question = QuestionFactory.create()
    paths = ["/dashboard/", "/feed/", question.get_absolute_url(), "/accounts/profile/", STANDING]
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)


def test_what_concerns_the_account_goes_on(client: Client, suspended: User) -> None:
    question, article = QuestionFactory.create(), published()
    answers = {
        "/theme/": 302,
        "/notifications/read/": 302,
        f"/report/?type=question&id={question.pk}": 422,
        f"/accounts/blocks/{question.asker.slug}/": 302,
        f"{article.get_absolute_url()}save/": 302,
        "/accounts/password/change/": 422,
        "/accounts/logout/": 302,
    }
    found = {path: client.post(path) for path in answers}
    assert {path: response.status_code for path, response in found.items()} == answers
    assert STANDING not in {response.headers.get("Location") for response in found.values()}


def test_when_the_suspension_is_over_everything_is_open(client: Client) -> None:
    client.force_login(UserFactory.create(suspended_until=timezone.now()))
    assert client.get("/feed/ask/").status_code == 200
    assert client.post("/feed/ask/").status_code == 422


def test_visitors_post_as_before(client: Client) -> None:
    assert client.post("/accounts/login/", {}).status_code == 422


def test_an_address_that_is_not_there_stays_so(client: Client, suspended: User) -> None:
    assert client.post("/nowhere/").status_code == 404


def test_a_suspended_mentor_is_led_away_from_answering(client: Client) -> None:
    mentor = MentorFactory.create(user__suspended_until=timezone.now() + timedelta(days=1))
    client.force_login(mentor.user)
    response = client.get(f"{QuestionFactory.create().get_absolute_url()}answer/")
    assert response.headers["Location"] == STANDING


@pytest.mark.parametrize("days", [None, 1])
def test_looking_costs_no_query(
    client: Client, days: int | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    until = None if days is None else timezone.now() + timedelta(days=days)
    client.force_login(UserFactory.create(suspended_until=until))
    with django_assert_num_queries(2):
        client.post("/theme/")


def _names(resolver: URLResolver, namespace: str = "") -> set[str]:
    found: set[str] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.add(f"{namespace}{entry.name}")
        elif entry.namespace != "admin":
            found |= _names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return found


def test_pages_where_something_is_written_are_closed_and_no_others() -> None:
    closed = {name for name in _names(get_resolver()) if not may_do_while_suspended(name)}
    written = {name for name in closed if name.endswith(("_create", "_edit", "onboarding"))}
    assert written == {
        "accounts:birth_edit",
        "accounts:onboarding",
        "accounts:profile_edit",
        "accounts:sensitive_edit",
        "feed:answer_create",
        "feed:question_create",
        "learner_series:feedback_edit",
    }


# --- The services refuse, too


def test_a_suspended_person_asks_nothing() -> None:
    now = timezone.now()
    person = UserFactory.create(suspended_until=now + timedelta(days=1))
    draft = QuestionDraft(title="Is this one?", body="", topics=(), stage=None, roads=(), passage=None)
    with pytest.raises(AskError, match="is suspended"):
        ask_question(by=person, token=uuid.uuid4(), draft=draft, now=now)
    assert ask_question(by=person, token=uuid.uuid4(), draft=draft, now=now + timedelta(days=1)).pk


def test_a_suspended_mentor_answers_nothing() -> None:
    now = timezone.now()
    mentor = MentorFactory.create(user__suspended_until=now + timedelta(days=1))
    given: dict[str, Any] = {"by": mentor.user, "question": QuestionFactory.create(), "draft": answer_draft()}
    with pytest.raises(AnswerError, match="is suspended"):
        answer_question(token=uuid.uuid4(), now=now, **given)
    assert answer_question(token=uuid.uuid4(), now=now + timedelta(days=1), **given).pk
