"""Who sent a request."""

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User


def person_or_none(request: HttpRequest) -> User | None:
    """Return who is signed in, or None for a visitor.

    Without a session cookie the session is not asked at all, so that a visitor's page can be cached.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if isinstance(request.user, User) else None


def person(request: HttpRequest) -> User:
    """Return who is signed in; for views that visitors never reach (LoginRequiredMiddleware)."""
    user = request.user
    assert isinstance(user, User)
    return user
