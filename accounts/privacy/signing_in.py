"""How somebody signs in, and where they are signed in: mostly tables of allauth."""

from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, about_nobody

_KEY = "opens the account"


def _sessions_of(person: int) -> Q:
    return Q(session_key__in=UserSession.objects.filter(user=person).values("session_key"))


SIGNING_IN = (
    Table(
        "account.emailaddress",
        OnErase.DELETE,
        owner="user",
        title="Your e-mail addresses",
        exported=("email", "verified", "primary"),
        left_out={"id": OURS, "user": YOURS},
    ),
    Table(
        "account.emailconfirmation",
        OnErase.DELETE,
        owner="email_address__user",
        left_out={
            "id": OURS,
            "email_address": "stands under its own heading",
            "created": "when a link was made",
            "sent": "when it was sent",
            "key": _KEY,
        },
    ),
    Table(
        "mfa.authenticator",
        OnErase.DELETE,
        owner="user",
        title="Your second steps and passkeys",
        exported=("type", "created_at", "last_used_at"),
        left_out={"id": OURS, "user": YOURS, "data": _KEY},
    ),
    Table(
        "socialaccount.socialaccount",
        OnErase.DELETE,
        owner="user",
        title="Signing in with Google",
        exported=("provider", "uid", "extra_data", "date_joined", "last_login"),
        left_out={"id": OURS, "user": YOURS},
        called={"extra_data": "what Google told us", "date_joined": "connected"},
    ),
    Table(
        "socialaccount.socialtoken",
        OnErase.DELETE,
        owner="account__user",
        left_out={
            "id": OURS,
            "app": OURS,
            "account": "stands under its own heading",
            "token": _KEY,
            "token_secret": _KEY,
            "expires_at": "when the token ends",
        },
    ),
    about_nobody("socialaccount.socialapp", "id provider provider_id name client_id secret key settings"),
    Table(
        "usersessions.usersession",
        OnErase.DELETE,
        owner="user",
        title="Where you are signed in",
        exported=("user_agent", "ip", "created_at", "last_seen_at"),
        left_out={"id": OURS, "user": YOURS, "session_key": _KEY, "data": "empty"},
        called={"user_agent": "browser", "ip": "network address"},
    ),
    Table(
        "sessions.session",
        OnErase.DELETE,
        rows_of=_sessions_of,
        left_out={"session_key": _KEY, "session_data": _KEY, "expire_date": "when the session ends"},
    ),
)
