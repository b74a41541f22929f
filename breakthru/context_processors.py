"""What every page may know; nothing here costs a query or touches the session."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


class Site(TypedDict):
    """The names that `site` adds to every template."""

    site_url: str
    theme: str
    has_session: bool


def site(request: HttpRequest) -> Site:
    """Return the site's address (no slash at its end), the chosen theme, and whether a session can exist.

    `theme` is "light", "dark" or "" for the system's choice. `has_session` lets a template leave
    `user` and `messages` alone on a visitor's page: to ask them is to read the session, and such a
    page is never cached.
    """
    theme = request.COOKIES.get("theme", "")
    return {
        "site_url": settings.SITE_URL,
        "theme": theme if theme in THEMES else "",
        "has_session": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
