"""Who sent a request."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User

_SEEN = "seen_at"
# Seconds between two notes. Staff sessions end by them: up to a minute early, never late.
_SEEN_EVERY, _STAFF_SEEN_EVERY = 3600, 60
_TOO_YOUNG = "not_yet"
_TOO_YOUNG_FOR = 24 * 3600


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


def begin_to_note(request: HttpRequest, *, now: datetime) -> None:
    """Have `note_seen` keep the new session's time; called at sign-in."""
    request.session[_SEEN] = int(now.timestamp())


def note_seen(request: HttpRequest, *, now: datetime) -> None:
    """Keep when this session was last in use: to the minute for staff, to the hour for others.

    Without a session cookie nothing is asked.
    """
    user = person_or_none(request)
    if user is None:
        return
    every = _STAFF_SEEN_EVERY if user.is_staff else _SEEN_EVERY
    if now.timestamp() - _seen_at(request, user) < every:
        return
    begin_to_note(request, now=now)
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def was_left(request: HttpRequest, *, now: datetime) -> bool:
    """Say whether staff left this session unused for STAFF_IDLE_MINUTES, so that it has to end."""
    user = person_or_none(request)
    if user is None or not user.is_staff:
        return False
    return now.timestamp() - _seen_at(request, user) >= settings.STAFF_IDLE_MINUTES * 60


def _seen_at(request: HttpRequest, user: User) -> float:
    """Return the second of the last note; a session that did not begin at our door has none yet."""
    seen: float | None = request.session.get(_SEEN)
    return (user.last_login or user.joined_at).timestamp() if seen is None else seen


def remember_too_young(response: HttpResponse) -> HttpResponse:
    """Have this browser remember for a day that somebody under 13 asked to join; nothing else is kept."""
    response.set_signed_cookie(
        _TOO_YOUNG,
        "1",
        salt=_TOO_YOUNG,
        max_age=_TOO_YOUNG_FOR,
        secure=settings.SECURE_TRANSPORT,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_remembered_too_young(request: HttpRequest) -> bool:
    """Say whether `remember_too_young` was asked of this browser within a day."""
    kept = request.get_signed_cookie(_TOO_YOUNG, default="", salt=_TOO_YOUNG, max_age=_TOO_YOUNG_FOR)
    return kept == "1"
