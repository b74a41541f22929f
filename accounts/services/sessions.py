"""Where a person is signed in."""

from allauth.usersessions.models import UserSession

from accounts.models import User


def end_other_sessions(*, by: User, keep: str) -> None:
    """Sign `by` out everywhere but in the session with the key `keep`."""
    for session in UserSession.objects.filter(user=by).exclude(session_key=keep):
        session.end()
