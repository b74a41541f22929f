"""Google's answers, without Google: what its sign-in tells about a person."""

from typing import Any

import pytest
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client

KEYS = {"GOOGLE_ENABLED": True, "GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}


def answers(monkeypatch: pytest.MonkeyPatch, *, email: str, is_verified: bool, sub: str = "1001") -> None:
    """Have the next sign-in with Google tell of this person."""

    def access_token(self: OAuth2Client, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        return {"access_token": "token", "id_token": "signed"}

    def person(self: GoogleOAuth2Adapter, app: Any, id_token: str) -> dict[str, Any]:
        return {"sub": sub, "email": email, "email_verified": is_verified, "given_name": "Sam"}

    monkeypatch.setattr(OAuth2Client, "get_access_token", access_token)
    monkeypatch.setattr(GoogleOAuth2Adapter, "_decode_id_token", person)
