"""Signing in and out."""

from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TOO_OFTEN = "That was tried too often just now. Wait five minutes, or ask for a sign-in code by e-mail."


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def sign_in(client: Client, login: str = "jordan@example.test", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("login", ["jordan@example.test", "Jordan@EXAMPLE.test", "  jordan@example.test "])
def test_right_password_signs_in(login: str, jordan: User, client: Client) -> None:
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/dashboard/")
    assert client.session["_auth_user_id"] == str(jordan.pk)


def test_sign_in_starts_a_new_session(jordan: User, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(("remember", "age"), [({}, ""), ({"remember": "on"}, 60 * 60 * 24 * 30)])
def test_session_lasts_as_long_as_was_asked(
    remember: dict[str, str], age: object, jordan: User, client: Client
) -> None:
    cookie = sign_in(client, **remember).cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (age, True, "Lax")


def test_sign_in_leads_back_to_where_it_began(jordan: User, client: Client) -> None:
    response = client.get("/dashboard/")
    assert response["Location"] == "/accounts/login/?next=/dashboard/"
    assert sign_in(client, next="/feed/?show=unanswered")["Location"] == "/feed/?show=unanswered"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_sign_in_never_leads_to_another_site(target: str, jordan: User, client: Client) -> None:
    assert sign_in(client, next=target)["Location"] == "/dashboard/"
    assert "evil" not in client.get("/accounts/login/", {"next": target}).get("Location", "")


@pytest.mark.parametrize(
    ("login", "password"),
    [("jordan@example.test", "a-wrong-password"), ("nobody@example.test", PASSWORD)],
)
def test_wrong_password_and_unknown_address_are_told_the_same(
    login: str, password: str, jordan: User, client: Client
) -> None:
    response = sign_in(client, login, password)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "That e-mail and password do not match. Check for capital letters, or ask for a sign-in code."
    ]
    page = response.content.decode()
    assert f'value="{login}"' in page
    assert password not in page
    assert is_signed_in(client) is False


@pytest.mark.parametrize("login", ["jordan@example.test", "nobody@example.test"])
def test_unknown_address_takes_as_long_as_a_wrong_password(
    login: str, jordan: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(client, login, "a-wrong-password")
    assert hashed == ["a-wrong-password"]


def test_hostile_address_is_shown_as_text(client: Client) -> None:
    page = sign_in(client, '"><script>alert(1)</script>').content.decode()
    assert "<script>alert(1)" not in page


def test_inactive_person_is_not_let_in(jordan: User, client: Client) -> None:
    jordan.is_active = False
    jordan.save()
    sign_in(client)
    assert is_signed_in(client) is False


def test_person_who_is_not_verified_gets_a_new_link_instead(client: Client, work_off: Worker) -> None:
    UserFactory.create(email="jordan@example.test", verified=False)
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/accounts/confirm-email/")
    assert is_signed_in(client) is False
    (sent,) = work_off()
    assert (sent.to, sent.subject) == (["jordan@example.test"], "Please confirm your e-mail address")
    assert "confirm that jordan@example.test is your address" in str(sent.body)


def test_verifying_after_that_signs_in(client: Client, work_off: Worker) -> None:
    UserFactory.create(email="jordan@example.test", verified=False)
    sign_in(client, next="/feed/ask/")
    lines = str(work_off()[0].body).splitlines()
    (link,) = [line for line in lines if line.startswith("http://testserver/accounts/confirm-email/")]
    assert client.post(link.removeprefix("http://testserver"))["Location"] == "/feed/ask/"
    assert (EmailAddress.objects.get().verified, is_signed_in(client)) == (True, True)


# --- Guessing is slow, and locks nobody else out ------------------------------------------------------------


def test_sixth_try_is_refused_even_with_the_right_password(jordan: User, client: Client) -> None:
    for _ in range(5):
        sign_in(client, password="a-wrong-password")
    response = sign_in(client)
    assert response.context["form"].non_field_errors() == [TOO_OFTEN]
    assert is_signed_in(client) is False


def test_guesser_elsewhere_does_not_lock_a_person_out(jordan: User) -> None:
    guesser, owner = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(6):
        sign_in(guesser, password="a-wrong-password")
    assert sign_in(owner)["Location"] == "/dashboard/"


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded"])
def test_guesser_gains_nothing_by_headers(header: str, jordan: User) -> None:
    for number in range(6):
        response = sign_in(Client(headers={header: f"203.0.113.{number}"}), password="a-wrong-password")
    assert response.context["form"].non_field_errors() == [TOO_OFTEN]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_guesser_gains_nothing_by_another_of_our_names(host: str, jordan: User) -> None:
    for _ in range(5):
        sign_in(Client(), password="a-wrong-password")
    response = sign_in(Client(headers={"host": host}), login="JORDAN@example.test")
    assert response.context["form"].non_field_errors() == [TOO_OFTEN]


def test_many_tries_over_many_accounts_get_the_page_that_says_wait(client: Client) -> None:
    for number in range(30):
        assert sign_in(client, f"{number}@example.test").status_code == 422
    response = sign_in(client, "one-more@example.test")
    assert (response.status_code, response.templates[0].name) == (429, "429.html")


# --- Signing out --------------------------------------------------------------------------------------------


def test_signing_out_needs_a_post(jordan: User, client: Client) -> None:
    client.force_login(jordan)
    session = client.session.session_key
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client) is True
    response = client.post("/accounts/logout/")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client) is False
    assert not Session.objects.filter(session_key=session).exists()


def test_signing_out_needs_a_token(jordan: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(jordan)
    assert client.post("/accounts/logout/").status_code == 403
    assert is_signed_in(client) is True


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/confirm-email/x/"]
)
def test_forms_without_a_token_get_the_page_that_says_how_to_go_on(path: str, jordan: User) -> None:
    response = Client(enforce_csrf_checks=True).post(path, {"login": jordan.email, "password": PASSWORD})
    assert (response.status_code, response.templates[0].name) == (403, "403_csrf.html")


def test_staff_sign_in_at_the_same_door(client: Client) -> None:
    response = client.get("/admin/login/", {"next": "/admin/"})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize(
    ("target", "is_told"), [("/feed/ask/?article=a&section=b", True), ("/dashboard/", False)]
)
def test_who_came_to_ask_is_told_how_to_join(client: Client, target: str, is_told: bool) -> None:
    page = client.get("/accounts/login/", {"next": target}).content.decode()
    assert ("Asking is free." in page) is is_told
    assert (f'href="/accounts/signup/?next={quote(target, safe="/")}"' in page) is is_told
