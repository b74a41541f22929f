"""What a stranger can post at the doors, to an address that is known and to one that is not."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.factories.people import PASSWORD

Door = Callable[[Client, str], Any]


def sign_up(client: Client, email: str) -> Any:
    """Join with that address."""
    birth = {"birth_month": "6", "birth_year": "2000"}
    return client.post(
        "/accounts/signup/", {"display_name": "Sam", "email": email, "password1": PASSWORD, **birth}
    )


def sign_in(client: Client, email: str) -> Any:
    """Sign in with a password that is nobody's."""
    return client.post("/accounts/login/", {"login": email, "password": "a-wrong-password"})


def ask_for_reset(client: Client, email: str) -> Any:
    """Ask for a new password."""
    return client.post("/accounts/password/reset/", {"email": email})


def ask_for_code(client: Client, email: str) -> Any:
    """Ask for a sign-in code."""
    return client.post("/accounts/login/code/", {"email": email})


DOORS: dict[str, Door] = {
    "sign-up": sign_up,
    "login": sign_in,
    "reset": ask_for_reset,
    "code": ask_for_code,
}
