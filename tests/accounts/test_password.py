"""A new password: forgotten or changed; and a new e-mail address."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "another-long-password"
LINK = re.compile(r"http://\S+/accounts/password/reset/key/\S+/")


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def ask(client: Client, email: str = "jordan@example.test") -> Any:
    return client.post("/accounts/password/reset/", {"email": email})


def form_behind(client: Client, link: str) -> str:
    """Follow the link to the form; the key moves from the address into the session."""
    response = client.get(link.removeprefix(settings.SITE_URL))
    assert response.status_code == 302
    return str(response["Location"])


def test_link_leads_to_a_new_password(jordan: User, client: Client, work_off: Worker) -> None:
    response = ask(client)
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/reset/done/")
    assert client.get(response["Location"]).status_code == 200
    (sent,) = work_off()
    (link,) = set(LINK.findall(str(sent.body)))
    assert (sent.to, link in html_of(sent)) == (["jordan@example.test"], True)
    form = form_behind(client, link)
    assert client.get(form).status_code == 200
    response = client.post(form, {"password1": NEW, "password2": NEW})
    assert response["Location"] == "/accounts/password/reset/key/done/"
    assert client.get(response["Location"]).status_code == 200
    jordan.refresh_from_db()
    assert jordan.check_password(NEW)


def test_link_works_once(jordan: User, client: Client, work_off: Worker) -> None:
    ask(client)
    (link,) = set(LINK.findall(str(work_off()[0].body)))
    form = form_behind(client, link)
    client.post(form, {"password1": NEW, "password2": NEW})
    again = Client().get(link.removeprefix(settings.SITE_URL))
    assert "This link no longer works" in again.content.decode()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_link_is_on_our_address_whatever_the_host_header_says(
    host: str, jordan: User, work_off: Worker
) -> None:
    ask(Client(headers={"host": host}))
    (sent,) = work_off()
    (link,) = set(LINK.findall(str(sent.body)))
    assert link.startswith("http://testserver/accounts/password/reset/key/")


def test_unknown_address_is_told_the_same_and_gets_another_mail(
    jordan: User, client: Client, work_off: Worker
) -> None:
    known, unknown = ask(client), ask(client, "nobody@example.test")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    first, second = work_off()
    assert (first.to, second.to) == (["jordan@example.test"], ["nobody@example.test"])
    assert "with nobody@example.test. There is no account" in str(second.body)
    assert "http://testserver/accounts/signup/" in str(second.body)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [(NEW, "something else", "same password"), ("short", "short", "at least 10"), ("", "", "required")],
)
def test_new_password_has_to_fit(
    first: str, second: str, text: str, jordan: User, client: Client, work_off: Worker
) -> None:
    ask(client)
    (link,) = set(LINK.findall(str(work_off()[0].body)))
    response = client.post(form_behind(client, link), {"password1": first, "password2": second})
    assert text in str(response.context["form"].errors)
    jordan.refresh_from_db()
    assert jordan.check_password(PASSWORD)


def test_reset_mails_are_limited_by_address(jordan: User, client: Client, work_off: Worker) -> None:
    answers = [ask(client).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert len(work_off()) == 2


def test_changing_the_password_ends_every_session(jordan: User, client: Client) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        each.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    response = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert response.status_code == 302
    for each in (client, elsewhere):
        assert each.get("/dashboard/")["Location"] == "/accounts/login/?next=/dashboard/"
    jordan.refresh_from_db()
    assert jordan.check_password(NEW)


def test_changing_the_password_needs_the_old_one(jordan: User, client: Client) -> None:
    client.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    response = client.post(
        "/accounts/password/change/", {"oldpassword": "a-wrong-one", "password1": NEW, "password2": NEW}
    )
    assert list(response.context["form"].errors) == ["oldpassword"]
    assert client.get("/accounts/password/change/").status_code == 200


def test_new_address_counts_once_it_is_confirmed(jordan: User, client: Client, work_off: Worker) -> None:
    client.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    assert client.get("/accounts/email/").status_code == 200
    response = client.post("/accounts/email/", {"email": "New@example.test", "action_add": ""})
    assert response["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    response = client.post(response["Location"], {"password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/accounts/email/")
    jordan.refresh_from_db()
    assert jordan.email == "jordan@example.test"
    (sent,) = work_off()
    assert (sent.to, sent.subject) == (["new@example.test"], "Please confirm your e-mail address")
    (link,) = re.findall(r"/accounts/confirm-email/\S+/", str(sent.body))
    client.post(link)
    jordan.refresh_from_db()
    assert jordan.email == "new@example.test"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.test", True)]


def test_new_address_needs_the_password_again(jordan: User, client: Client, work_off: Worker) -> None:
    client.force_login(jordan)
    response = client.post("/accounts/email/", {"email": "new@example.test", "action_add": ""})
    page = client.get(response["Location"])
    assert (page.status_code, list(page.context["form"].fields)) == (200, ["password"])
    refused = client.post(response["Location"], {"password": "a-wrong-password"})
    assert list(refused.context["form"].errors) == ["password"]
    assert work_off() == []
