"""Birth month: asked at sign-up without a hint, remembered, and asked once of older accounts."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.forms.age import BirthField, BirthWidget
from accounts.models import AuditEntry, User
from accounts.models.age import Birth
from accounts.services.age import AgeKnownError, TooYoungError, tell_birth
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)
JOIN = {"display_name": "Sam", "email": "sam@example.test", "password1": PASSWORD}


@pytest.fixture
def older() -> User:
    """An account from before the question."""
    user: User = UserFactory.create(email="older@example.test", birth_year=None, birth_month=None)
    return user


def join(client: Client, month: str, year: str, **changed: str) -> Any:
    return client.post("/accounts/signup/", {**JOIN, "birth_month": month, "birth_year": year, **changed})


def sign_in(client: Client, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": "older@example.test", "password": PASSWORD, **more})


# --- At sign-up ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("month", "year"), [("5", "2013"), ("1", "2000"), ("12", "1950")])
def test_who_is_old_enough_joins_and_birth_month_is_kept(month: str, year: str, client: Client) -> None:
    with time_machine.travel(TODAY, tick=False):
        assert join(client, month, year)["Location"] == "/accounts/confirm-email/"
    assert list(User.objects.values_list("birth_year", "birth_month")) == [(int(year), int(month))]


@pytest.mark.parametrize(
    ("month", "year"), [("6", "2013"), ("5", "2014"), ("1", "2026"), ("12", "2026"), ("3", "2090")]
)
def test_child_gets_a_kind_page_and_nothing_is_kept(month: str, year: str, client: Client) -> None:
    with time_machine.travel(TODAY, tick=False):
        response = join(client, month, year)
        assert (response.status_code, response["Location"]) == (302, "/accounts/not-yet/")
        page = client.get(response["Location"])
    assert page.status_code == 200
    assert User.objects.count() == 0
    assert list(response.cookies) == ["not_yet"]
    words = re.sub(r"<svg.*?</svg>|<[^>]+>", "", page.content.decode().split("<main", 1)[1], flags=re.DOTALL)
    assert "13" not in words


def test_next_try_gets_the_same_answer_whatever_is_typed(client: Client) -> None:
    with time_machine.travel(TODAY, tick=False):
        join(client, "5", "2020")
        again = join(client, "5", "1990", email="else@example.test")
        looked = client.get("/accounts/signup/")
    assert [each["Location"] for each in (again, looked)] == ["/accounts/not-yet/"] * 2
    assert User.objects.count() == 0


def test_it_is_forgotten_after_a_day(client: Client) -> None:
    with time_machine.travel(TODAY, tick=False) as clock:
        join(client, "5", "2020")
        clock.shift(24 * 3600 + 1)
        assert join(client, "5", "1990")["Location"] == "/accounts/confirm-email/"


def test_memory_is_a_signed_cookie_that_scripts_cannot_read(client: Client) -> None:
    join(client, "5", str(date.today().year - 5))  # noqa: DTZ011
    cookie = client.cookies["not_yet"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (86400, True, "Lax")
    client.cookies["not_yet"] = "1:forged"
    assert client.get("/accounts/signup/").status_code == 200


def test_known_address_of_a_child_is_not_told_apart(client: Client) -> None:
    UserFactory.create(email="sam@example.test")
    assert join(client, "5", "2090")["Location"] == "/accounts/not-yet/"


@pytest.mark.parametrize(
    ("month", "year"),
    [("", "2000"), ("6", ""), ("", ""), ("13", "2000"), ("6", "1850"), ("6", "two thousand")],
)
def test_unclear_answer_is_asked_again_and_kept(month: str, year: str, client: Client) -> None:
    response = join(client, month, year)
    assert response.context["form"].errors == {
        "birth": ["Please choose a month, and write the year with four digits."]
    }
    if year:
        assert f'value="{year}"' in response.content.decode()


def test_question_hints_at_no_limit(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    field = page.split('id="div_id_birth"')[1].split("</fieldset>")[0]
    assert [word for word in ("13", "18", " min=", " max=", "years old") if word in field] == []


def test_widget_shows_what_is_kept() -> None:
    assert BirthWidget().decompress(Birth(year=2000, month=6)) == [6, 2000]
    assert BirthWidget().decompress(None) == [None, None]
    assert BirthField().clean(["6", "2000"]) == Birth(year=2000, month=6)


# --- Older accounts -----------------------------------------------------------------------------------------


def test_older_account_is_asked_after_sign_in(older: User, client: Client) -> None:
    response = sign_in(client, next="/feed/")
    assert response["Location"] == "/accounts/birth/?next=%2Ffeed%2F"
    page = client.get(response["Location"])
    assert (page.status_code, 'href="/feed/"' in page.content.decode()) == (200, True)


def test_answer_is_kept_and_leads_on(older: User, client: Client) -> None:
    client.force_login(older)
    answer = {"birth_month": "6", "birth_year": "2000", "next": "/feed/"}
    assert client.post("/accounts/birth/", answer)["Location"] == "/feed/"
    older.refresh_from_db()
    assert (older.birth_year, older.birth_month) == (2000, 6)
    assert client.get("/accounts/birth/")["Location"] == "/dashboard/"
    client.post("/accounts/birth/", {**answer, "birth_year": "1990"})
    older.refresh_from_db()
    assert older.birth_year == 2000


def test_unclear_answer_of_an_older_account_is_asked_again(older: User, client: Client) -> None:
    client.force_login(older)
    response = client.post("/accounts/birth/", {"birth_month": "6", "birth_year": "x", "next": "/feed/"})
    assert (response.status_code, response.context["goal"]) == (422, "/feed/")


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_answer_never_leads_to_another_site(goal: str, older: User, client: Client) -> None:
    client.force_login(older)
    response = client.post("/accounts/birth/", {"birth_month": "6", "birth_year": "2000", "next": goal})
    assert response["Location"] == "/dashboard/"


def test_account_of_a_child_is_closed_and_staff_can_see_why(older: User, client: Client) -> None:
    client.force_login(older)
    year = str(date.today().year - 9)  # noqa: DTZ011
    response = client.post("/accounts/birth/", {"birth_month": "6", "birth_year": year})
    assert response["Location"] == "/accounts/not-yet/"
    older.refresh_from_db()
    assert (older.is_active, older.birth_year) == (False, None)
    assert (
        settings.SESSION_COOKIE_NAME not in client.cookies
        or not client.cookies[settings.SESSION_COOKIE_NAME].value
    )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("account.closed_too_young", f"accounts.user:{older.pk}")


def test_what_was_told_first_counts(older: User, client: Client) -> None:
    stale = User.objects.get(pk=older.pk)
    tell_birth(by=older, birth=Birth(year=2000, month=6), today=TODAY)
    with pytest.raises(AgeKnownError):
        tell_birth(by=stale, birth=Birth(year=1990, month=6), today=TODAY)
    with pytest.raises(AgeKnownError):
        tell_birth(by=stale, birth=Birth(year=2020, month=6), today=TODAY)
    stale.refresh_from_db()
    assert (stale.birth_year, stale.is_active) == (2000, True)


def test_service_refuses_a_child(older: User) -> None:
    with pytest.raises(TooYoungError):
        tell_birth(by=older, birth=Birth(year=2020, month=6), today=TODAY)


def test_answer_from_another_tab_leads_on(
    older: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_meanwhile(**_: object) -> None:
        raise AgeKnownError

    monkeypatch.setattr("accounts.views.age.tell_birth", told_meanwhile)
    client.force_login(older)
    response = client.post("/accounts/birth/", {"birth_month": "6", "birth_year": "2000", "next": "/feed/"})
    assert response["Location"] == "/feed/"
