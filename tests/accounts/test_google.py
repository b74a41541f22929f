"""Signing in with Google: offered when configured, and never a way into somebody else's account."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory
from tests.fakes import google

pytestmark = pytest.mark.django_db
BIRTH = {"display_name": "Sam", "birth_month": "6", "birth_year": "2000"}


@pytest.fixture
def configured(settings: Any) -> None:
    """As with Google's keys in the environment."""
    for name, value in google.KEYS.items():
        setattr(settings, name, value)


def come_back(client: Client, **start: str) -> Any:
    """Go to Google and return with its answer."""
    away = client.post("/accounts/google/login/", start)
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    return client.get("/accounts/google/login/callback/", {"state": state, "code": "x"})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_button_shows_only_when_configured(path: str, client: Client, settings: Any) -> None:
    assert "with Google" not in client.get(path).content.decode()
    for name, value in google.KEYS.items():
        setattr(settings, name, value)
    assert "with Google" in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/accounts/google/login/", "/accounts/google/login/callback/"])
def test_there_is_no_such_page_without_keys(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("configured")
def test_going_there_needs_a_press_of_ours(client: Client) -> None:
    page = client.get("/accounts/google/login/")
    assert (page.status_code, "Continue to Google" in page.content.decode()) == (200, True)
    away = urlsplit(client.post("/accounts/google/login/")["Location"])
    asked = parse_qs(away.query)
    assert (away.hostname, asked["scope"]) == ("accounts.google.com", ["email"])
    assert asked["code_challenge_method"] == ["S256"]


@pytest.mark.usefixtures("configured")
def test_new_person_is_asked_what_google_cannot_tell(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    google.answers(monkeypatch, email="sam@example.test", is_verified=True)
    response = come_back(client)
    assert response["Location"] == "/accounts/3rdparty/signup/"
    page = client.get(response["Location"])
    assert list(page.context["form"].fields) == ["display_name", "email", "birth"]
    response = client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": "sam@example.test"})
    user = User.objects.get()
    assert (user.email, user.birth_year, user.has_usable_password()) == ("sam@example.test", 2000, False)
    assert (response["Location"], is_signed_in(client)) == ("/accounts/onboarding/", True)
    assert not hasattr(SocialAccount.objects.get(), "token")


@pytest.mark.usefixtures("configured")
def test_child_does_not_join_with_google_either(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    google.answers(monkeypatch, email="sam@example.test", is_verified=True)
    come_back(client)
    child = {**BIRTH, "birth_year": "2090", "email": "sam@example.test"}
    assert client.post("/accounts/3rdparty/signup/", child)["Location"] == "/accounts/not-yet/"
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)
    assert come_back(client)["Location"] == "/accounts/not-yet/"


@pytest.mark.usefixtures("configured")
def test_address_that_both_have_seen_confirmed_signs_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = UserFactory.create(email="sam@example.test")
    google.answers(monkeypatch, email="Sam@example.test", is_verified=True)
    assert come_back(client)["Location"] == "/dashboard/"
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(("at_google", "here"), [(False, True), (True, False), (False, False)])
@pytest.mark.usefixtures("configured")
def test_address_that_one_has_not_confirmed_opens_nobodys_account(
    at_google: bool, here: bool, client: Client, work_off: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory.create(email="victim@example.test", verified=here)
    google.answers(monkeypatch, email="victim@example.test", is_verified=at_google)
    come_back(client)
    response = client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": "victim@example.test"})
    assert (response["Location"], is_signed_in(client)) == ("/accounts/confirm-email/", False)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    (sent,) = work_off()
    assert (sent.to, "account" in sent.subject.lower()) == (["victim@example.test"], True)


@pytest.mark.usefixtures("configured")
def test_unconfirmed_address_of_nobody_has_to_be_confirmed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.answers(monkeypatch, email="sam@example.test", is_verified=False)
    come_back(client)
    response = client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": "sam@example.test"})
    assert (response["Location"], is_signed_in(client)) == ("/accounts/confirm-email/", False)
    assert list(EmailAddress.objects.values_list("verified", flat=True)) == [False]


@pytest.mark.usefixtures("configured")
def test_google_is_connected_and_disconnected(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(UserFactory.create())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Continue with Google" in client.get("/accounts/3rdparty/").content.decode()
    google.answers(monkeypatch, email="other@example.test", is_verified=True)
    come_back(client, process="connect")
    account = SocialAccount.objects.get()
    assert "Disconnect Google" in client.get("/accounts/3rdparty/").content.decode()
    client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("configured")
def test_connecting_needs_the_password_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(UserFactory.create())
    google.answers(monkeypatch, email="other@example.test", is_verified=True)
    assert come_back(client, process="connect")["Location"] == "/accounts/reauthenticate/"
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("configured")
def test_last_way_in_stays(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    google.answers(monkeypatch, email="sam@example.test", is_verified=True)
    come_back(client)
    client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": "sam@example.test"})
    page = client.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert SocialAccount.objects.exists()
    assert "Please choose a password first" in page.content.decode()


def test_turning_back_is_told_kindly(client: Client) -> None:
    answer = client.get("/accounts/3rdparty/login/cancelled/")
    assert "You turned back at Google" in answer.content.decode()


@pytest.mark.usefixtures("configured")
def test_answer_without_a_question_signs_nobody_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    UserFactory.create(email="sam@example.test")
    google.answers(monkeypatch, email="sam@example.test", is_verified=True)
    page = client.get("/accounts/google/login/callback/", {"state": "forged", "code": "x"})
    assert ("That did not work" in page.content.decode(), is_signed_in(client)) == (True, False)
