"""What follows from signals of allauth."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.services.sessions import end_other_sessions


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def end_sessions_elsewhere(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who changes how they sign in may fear that somebody else is signed in."""
    end_other_sessions(by=user, keep=request.session.session_key or "")
