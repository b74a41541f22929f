"""A staff session that nobody uses ends; everybody else stays signed in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories.people import PASSWORD, UserFactory, staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TOLD = "Staff pages were left alone for 30 minutes, so we signed you out."


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that moves by hand."""
    cache.clear()
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as moved:
        yield moved


def signed_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def is_let_in(client: Client) -> bool:
    return client.get("/dashboard/").status_code == 200


def last_seen() -> datetime:
    seen: datetime = UserSession.objects.get().last_seen_at
    return seen


@pytest.mark.parametrize("path", ["/admin/", "/dashboard/", "/feed/?show=unanswered", "/learn/"])
def test_staff_who_were_away_are_signed_out_with_a_word_and_led_back(path: str, clock: Any) -> None:
    client = signed_in(staff("editor"))
    session = client.session.session_key
    clock.shift(30 * MINUTE)
    response = client.get(path)
    assert response["Location"] == f"/accounts/login/?next={path.replace('?', '%3F').replace('=', '%3D')}"
    assert TOLD in client.get(response["Location"]).content.decode()
    assert (is_let_in(client), Session.objects.filter(session_key=session).exists()) == (False, False)


@pytest.mark.parametrize("path", ["/admin/", "/dashboard/"])
def test_staff_who_work_stay_signed_in(path: str, clock: Any) -> None:
    client = signed_in(staff("editor"))
    for _ in range(4):
        clock.shift(29 * MINUTE)
        assert client.get(path).status_code == 200


def test_others_stay_signed_in(clock: Any) -> None:
    client = signed_in(UserFactory.create())
    clock.shift(300 * MINUTE)
    assert is_let_in(client) is True


def test_other_devices_of_the_same_person_go_on(clock: Any) -> None:
    person = staff("editor")
    desk, phone = signed_in(person), signed_in(person)
    clock.shift(29 * MINUTE)
    assert is_let_in(phone) is True
    clock.shift(2 * MINUTE)
    assert (is_let_in(desk), is_let_in(phone)) == (False, True)


def test_use_is_noted_at_most_once_a_minute(clock: Any, django_assert_num_queries: Any) -> None:
    began = timezone.now()
    client = signed_in(staff("editor"))
    clock.shift(59)
    # The session, and who it belongs to.
    with django_assert_num_queries(2):
        client.get("/accounts/birth/")
    assert last_seen() == began
    clock.shift(1)
    client.get("/accounts/birth/")
    assert last_seen() == began + MINUTE


def test_session_that_did_not_begin_at_the_door_ends_too(clock: Any) -> None:
    client = Client()
    client.force_login(staff("editor"))
    clock.shift(30 * MINUTE)
    assert is_let_in(client) is False


def test_form_sent_too_late_leads_back_to_the_page_it_stood_on(clock: Any) -> None:
    client = signed_in(staff("editor"))
    clock.shift(31 * MINUTE)
    response = client.post(
        "/theme/", {"theme": "dark"}, headers={"referer": "http://testserver/feed/?page=2"}
    )
    assert response["Location"] == "/accounts/login/?next=/feed/%3Fpage%3D2"


@pytest.mark.parametrize(
    ("referer", "goal"),
    [
        ("http://testserver/feed/", "/feed/"),
        ("", "/dashboard/"),
        # Only its path is taken, and no path leads to another site.
        ("https://evil.example/feed/", "/feed/"),
        ("https://evil.example//evil.example/", "/dashboard/"),
    ],
)
def test_part_of_a_page_leads_back_to_the_whole(referer: str, goal: str, clock: Any) -> None:
    client = signed_in(staff("editor"))
    clock.shift(31 * MINUTE)
    response = client.get("/accounts/profile/", headers={"hx-request": "true", "referer": referer})
    assert response["Location"] == f"/accounts/login/?next={goal}"


def test_minutes_are_a_setting(clock: Any, settings: Any) -> None:
    settings.STAFF_IDLE_MINUTES = 5
    client = signed_in(staff("editor"))
    clock.shift(5 * MINUTE)
    response = client.get("/admin/")
    assert "left alone for 5 minutes" in client.get(response["Location"]).content.decode()
