"""A visitor's pages leave nothing in the browser and may be kept by a cache."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories.library import published
from tests.factories.people import MentorFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered
from tests.security.answers import closing

pytestmark = pytest.mark.django_db


def article() -> str:
    return str(published().get_absolute_url())


def question() -> str:
    return str(answered(QuestionFactory.create()).question.get_absolute_url())


PUBLIC: dict[str, Callable[[], str]] = {
    "home": lambda: "/",
    "library": lambda: "/learn/",
    "article": article,
    "feed": lambda: "/feed/",
    "feed filtered": lambda: "/feed/?show=unanswered",
    "question": question,
    "robots": lambda: "/robots.txt",
    "security.txt": lambda: "/.well-known/security.txt",
    "style": lambda: "/static/css/base.css",
    "not found": lambda: "/nothing/",
}


def ask(page: str) -> Any:
    return Client().get(PUBLIC[page]())


@pytest.mark.parametrize("page", PUBLIC)
def test_visitor_gets_no_cookie_and_no_session(page: str) -> None:
    MentorFactory.create()
    with closing(ask(page)) as response:
        assert response.status_code == (404 if page == "not found" else 200)
        assert response.cookies == {}
        assert b"csrfmiddlewaretoken" not in b"".join(response)
    assert not Session.objects.exists()


@pytest.mark.parametrize("page", PUBLIC)
def test_visitor_page_may_be_kept(page: str) -> None:
    with closing(ask(page)) as response:
        assert "no-store" not in response.get("Cache-Control", "")
        assert "private" not in response.get("Cache-Control", "")


@pytest.mark.parametrize("page", ["home", "library", "article", "feed", "question"])
def test_same_page_for_a_person_may_not_be_kept(page: str) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    response = client.get(PUBLIC[page](), follow=page == "home")
    assert "no-store" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("page", ["library", "article", "feed", "question"])
def test_page_for_a_stale_session_cookie_is_not_kept(page: str) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a-session-that-ended"
    response = client.get(PUBLIC[page]())
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_form_pages_set_the_token_cookie_only() -> None:
    response = Client().get("/accounts/login/")
    assert list(response.cookies) == [settings.CSRF_COOKIE_NAME]
    cookie = response.cookies[settings.CSRF_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "no-store" in response["Cache-Control"]
