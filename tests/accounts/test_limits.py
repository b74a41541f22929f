"""Limits of signing in hold while the cache is away."""

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from accounts.models import User
from breakthru.lib.cache import ForgivingRedisCache
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


@pytest.fixture
def dead_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, with nobody listening."""
    dead = ForgivingRedisCache("unix:///nowhere/cache.sock", {})
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", dead)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.cache", dead)


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": "jordan@example.test", "password": password})


@pytest.mark.usefixtures("dead_cache")
def test_sixth_login_is_refused_without_the_cache(jordan: User, client: Client) -> None:
    for _ in range(5):
        sign_in(client, "a-wrong-password")
    response = sign_in(client)
    assert "tried too often" in str(response.context["form"].non_field_errors())
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("dead_cache")
def test_people_still_get_in_without_the_cache(jordan: User, client: Client) -> None:
    assert sign_in(client)["Location"] == "/dashboard/"


@pytest.mark.usefixtures("dead_cache")
def test_reset_mails_are_limited_without_the_cache(jordan: User, client: Client, work_off: Worker) -> None:
    answers = [
        client.post("/accounts/password/reset/", {"email": jordan.email}).status_code for _ in range(3)
    ]
    assert (answers, len(work_off())) == ([302, 302, 429], 2)


def test_other_keys_are_not_kept_in_the_database() -> None:
    dead = ForgivingRedisCache("unix:///nowhere/cache.sock", {})
    dead.set("page:home", "x")
    dead.set("allauth:rl:x", [1.0], 60)
    assert (dead.get("page:home"), dead.get("allauth:rl:x")) == (None, [1.0])
    assert dead.add("allauth:rl:x:lock", True, 10) is True
    assert dead.add("allauth:rl:x:lock", True, 10) is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM breakthru_limit")
        assert cursor.fetchone() == (2,)
    caches["limits"].clear()


@pytest.mark.parametrize(
    ("action", "limit"),
    [
        ("login_failed", "5/5m/key,20/h/key,50/5m/ip"),
        ("signup", "5/h/ip"),
        ("reset_password", "2/h/key,5/d/key,20/h/ip"),
        ("confirm_email", "2/h/key,5/d/key"),
        ("request_login_code", "5/h/key,10/d/key,50/h/ip"),
    ],
)
def test_limits_are_those_that_are_promised(action: str, limit: str, settings: Any) -> None:
    assert settings.ACCOUNT_RATE_LIMITS[action] == limit
