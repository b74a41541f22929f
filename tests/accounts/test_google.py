"""Signing in with Google: offered when configured, and never a way into somebody else's account."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory
from tests.fakes import google

pytestmark = pytest.mark.django_db
BIRTH = {"display_name": "Sam", "birth_month": "6", "birth_year": "2000"}
LINK = re.compile(r"http://testserver(/accounts/\S+)")
THEIRS = "the-password-of-the-thief"


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
def test_form_that_comes_back_is_422(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    google.answers(monkeypatch, email="sam@example.test", is_verified=True)
    come_back(client)
    assert client.post("/accounts/3rdparty/signup/", {}).status_code == 422


# --- Somebody joined with the address of another, and waits


@pytest.fixture
def thief() -> Client:
    """A browser that joined with victim@example.test, and never confirmed it."""
    client = Client()
    joined = {**BIRTH, "display_name": "Thief", "email": "victim@example.test", "password1": THEIRS}
    assert client.post("/accounts/signup/", joined)["Location"] == "/accounts/confirm-email/"
    return client


def thief_gets_in(thief: Client) -> bool:
    """By waiting, by the password they chose, or by signing in anew."""
    pages = ("/accounts/confirm-email/", "/accounts/signup/", "/accounts/login/", "/dashboard/")
    for path in pages:
        thief.get(path)
    for client in (thief, Client()):
        client.post("/accounts/login/", {"login": "victim@example.test", "password": THEIRS})
    return is_signed_in(thief) or is_signed_in(client)


def reset(client: Client, work_off: Worker) -> None:
    client.post("/accounts/password/reset/", {"email": "victim@example.test"})
    link = LINK.search(str(work_off()[-1].body))
    assert link is not None
    form = client.get(link[1])["Location"]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})


def sign_in_and_confirm(client: Client, work_off: Worker) -> None:
    # By hand: the mails of an hour went to who tried before.
    cache.clear()
    client.post("/accounts/login/", {"login": "victim@example.test", "password": PASSWORD})
    link = LINK.search(str(work_off()[-1].body))
    assert link is not None
    client.post(link[1])


def test_thief_gets_in_nowhere_before_the_victim_comes(thief: Client) -> None:
    assert thief_gets_in(thief) is False


def test_victim_gets_the_account_by_a_new_password_and_the_thief_nothing(
    thief: Client, client: Client, work_off: Worker
) -> None:
    reset(client, work_off)
    sign_in_and_confirm(client, work_off)
    assert (is_signed_in(client), thief_gets_in(thief)) == (True, False)


def test_victim_gets_the_account_by_a_code_and_the_waiting_thief_nothing(
    thief: Client, client: Client, work_off: Worker
) -> None:
    client.post("/accounts/login/code/", {"email": "victim@example.test"})
    code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", str(work_off()[-1].body), re.MULTILINE)
    assert code is not None
    client.post("/accounts/login/code/confirm/", {"code": code[0]})
    thief.get("/accounts/confirm-email/")
    assert (is_signed_in(client), is_signed_in(thief)) == (True, False)


@pytest.mark.usefixtures("configured")
def test_victim_who_comes_with_google_is_led_by_mail_and_the_thief_gets_nothing(
    thief: Client, client: Client, work_off: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.answers(monkeypatch, email="victim@example.test", is_verified=True)
    come_back(client)
    client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": "victim@example.test"})
    told = work_off()[-1]
    assert ("/accounts/password/reset/" in str(told.body), is_signed_in(client)) == (True, False)
    reset(client, work_off)
    sign_in_and_confirm(client, work_off)
    assert (is_signed_in(client), thief_gets_in(thief)) == (True, False)
    # From now on both have seen the address confirmed.
    again = Client()
    come_back(again)
    assert (is_signed_in(again), User.objects.count()) == (True, 1)


@pytest.mark.usefixtures("configured")
def test_thief_with_googles_unconfirmed_word_connects_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = UserFactory.create(email="victim@example.test")
    google.answers(monkeypatch, email="victim@example.test", is_verified=False, sub="666")
    come_back(client)
    # Whatever address is typed then.
    for email in ("victim@example.test", "VICTIM@example.test"):
        client.post("/accounts/3rdparty/signup/", {**BIRTH, "email": email})
    come_back(client)
    assert (is_signed_in(client), SocialAccount.objects.count(), User.objects.get()) == (False, 0, victim)


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
