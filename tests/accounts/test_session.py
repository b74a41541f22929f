"""Who sent a request."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.session import person, person_or_none


def request_of(user: object, *, has_cookie: bool) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    if has_cookie:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "abc"
    return request


def test_person_is_who_is_signed_in() -> None:
    user = User(pk=1)
    request = request_of(user, has_cookie=True)
    assert person(request) is user
    assert person_or_none(request) is user


def test_visitor_with_a_session_is_nobody() -> None:
    request = request_of(AnonymousUser(), has_cookie=True)
    assert person_or_none(request) is None
    with pytest.raises(AssertionError):
        person(request)


def test_visitor_without_a_session_is_not_even_looked_up() -> None:
    def look_up() -> User:
        message = "the session was read"
        raise AssertionError(message)

    assert person_or_none(request_of(SimpleLazyObject(look_up), has_cookie=False)) is None
