"""What every page knows without asking the database."""

import pytest
from django.conf import settings
from django.test import RequestFactory

from breakthru.context_processors import site


@pytest.mark.parametrize(
    ("cookie", "theme"), [("light", "light"), ("dark", "dark"), ("auto", ""), ('"><script>', ""), (None, "")]
)
def test_site_takes_only_known_themes_from_the_cookie(cookie: str | None, theme: str) -> None:
    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES["theme"] = cookie
    assert site(request) == {"site_url": settings.SITE_URL, "theme": theme, "has_session": False}


def test_site_knows_when_a_session_can_exist() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "anything"
    assert site(request)["has_session"] is True
