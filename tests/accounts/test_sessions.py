"""Where somebody is signed in, and signing out elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def sign_in(user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.post("/accounts/login/", {"login": "jordan@example.test", "password": PASSWORD})
    return client


def is_let_in(client: Client) -> bool:
    return client.get("/dashboard/").status_code == 200


def test_list_names_each_device_and_this_one(jordan: User) -> None:
    here, phone = sign_in(), sign_in(IPHONE)
    page = here.get("/accounts/sessions/").content.decode()
    assert ("Firefox on Windows" in page, "Safari on iPhone" in page) == (True, True)
    assert page.count("This one") == 1
    assert is_let_in(phone)


def test_signing_out_elsewhere_leaves_this_one(jordan: User) -> None:
    here, phone = sign_in(), sign_in(IPHONE)
    assert here.post("/accounts/sessions/")["Location"] == "/accounts/sessions/"
    assert (is_let_in(here), is_let_in(phone)) == (True, False)
    assert "You are signed in nowhere else." in here.get("/accounts/sessions/").content.decode()


def test_list_shows_nobody_elses_sessions(jordan: User, client: Client) -> None:
    sign_in()
    client.force_login(UserFactory.create())
    assert "Firefox" not in client.get("/accounts/sessions/").content.decode()


def test_last_seen_is_kept_to_the_hour(jordan: User) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        client = sign_in()
        clock.shift(timedelta(minutes=59))
        client.get("/dashboard/")
        assert UserSession.objects.get().last_seen_at == now
        clock.shift(timedelta(minutes=2))
        client.get("/dashboard/")
        assert UserSession.objects.get().last_seen_at == now + timedelta(minutes=61)


def test_noting_costs_nothing_between_the_hours(jordan: User, django_assert_num_queries: Any) -> None:
    client = sign_in()
    # The session, and who it belongs to.
    with django_assert_num_queries(2):
        client.get("/accounts/birth/")
