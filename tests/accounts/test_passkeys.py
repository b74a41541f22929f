"""Passkeys: added, named, used and removed."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory
from tests.fakes.passkeys import Passkey

pytestmark = pytest.mark.django_db
ADD = "/accounts/2fa/webauthn/add/"
LOGIN = "/accounts/2fa/webauthn/login/"


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


@pytest.fixture
def owner(jordan: User) -> Client:
    """Jordan, signed in and just asked for the password."""
    client = Client()
    client.force_login(jordan)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def plain(value: Any) -> Any:
    """As the page hands it to the script."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def add(client: Client, passkey: Passkey, name: str = "My phone") -> Any:
    options = plain(client.get(ADD).context["js_data"]["creation_options"])
    credential = json.dumps(passkey.create(options))
    return client.post(ADD, {"name": name, "passwordless": "on", "credential": credential})


def use(client: Client, passkey: Passkey) -> Any:
    options = client.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    return client.post(LOGIN, {"credential": json.dumps(passkey.get(options))})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_passkey_is_added_and_signs_in_alone(owner: Client, client: Client, work_off: Worker) -> None:
    passkey = Passkey()
    assert add(owner, passkey)["Location"] == "/accounts/2fa/recovery-codes/"
    assert [mail.subject for mail in work_off()] == ["A passkey is added"]
    page = owner.get("/accounts/2fa/webauthn/").content.decode()
    assert ("My phone" in page, "Signs you in without a password." in page) == (True, True)
    assert use(client, passkey)["Location"] == "/dashboard/"
    assert is_signed_in(client) is True
    assert "Last used" in owner.get("/accounts/2fa/webauthn/").content.decode()


def test_password_alone_does_not_let_in_any_more(owner: Client, client: Client) -> None:
    passkey = Passkey()
    add(owner, passkey)
    response = client.post("/accounts/login/", {"login": "jordan@example.test", "password": PASSWORD})
    page = client.get(response["Location"])
    options = plain(page.context["js_data"]["request_options"])
    assert is_signed_in(client) is False
    client.post(response["Location"], {"credential": json.dumps(passkey.get(options))})
    assert is_signed_in(client) is True


def test_key_of_somebody_else_opens_nothing(owner: Client, jordan: User, client: Client) -> None:
    mine, stranger = Passkey(), Passkey()
    add(owner, mine)
    stranger.user_handle = mine.user_handle
    assert use(client, stranger)["Location"] == "/accounts/login/"
    assert is_signed_in(client) is False


def test_page_that_looks_like_ours_gets_no_use_of_it(owner: Client, client: Client) -> None:
    passkey = Passkey()
    add(owner, passkey)
    passkey.origin = "https://testserver.evil.example"
    use(client, passkey)
    assert is_signed_in(client) is False


def test_answer_cannot_be_used_twice(owner: Client) -> None:
    passkey, first, second = Passkey(), Client(), Client()
    add(owner, passkey)
    options = first.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    answer = json.dumps(passkey.get(options))
    for client, is_let_in in ((first, True), (second, False)):
        client.post(LOGIN, {"credential": answer})
        assert is_signed_in(client) is is_let_in


@pytest.mark.parametrize("answer", ["", "{}", "[]", "not json", '{"response": 1}'])
def test_broken_answers_are_refused(answer: str, owner: Client, client: Client) -> None:
    add(owner, Passkey())
    client.get(LOGIN, headers={"accept": "application/json"})
    assert client.post(LOGIN, {"credential": answer}).status_code == 302
    assert is_signed_in(client) is False


def test_passkey_is_renamed_and_removed(owner: Client, work_off: Worker) -> None:
    add(owner, Passkey())
    pk = Authenticator.objects.get(type="webauthn").pk
    assert owner.get(f"/accounts/2fa/webauthn/keys/{pk}/edit/").status_code == 200
    owner.post(f"/accounts/2fa/webauthn/keys/{pk}/edit/", {"name": "Old laptop"})
    assert "Old laptop" in owner.get("/accounts/2fa/webauthn/").content.decode()
    assert owner.get(f"/accounts/2fa/webauthn/keys/{pk}/remove/").status_code == 200
    owner.post(f"/accounts/2fa/webauthn/keys/{pk}/remove/")
    assert "You have none yet." in owner.get("/accounts/2fa/webauthn/").content.decode()
    assert [mail.subject for mail in work_off()] == ["A passkey is added", "A passkey is removed"]
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("page", ["edit", "remove"])
def test_passkey_of_somebody_else_does_not_exist(page: str, owner: Client, client: Client) -> None:
    add(owner, Passkey())
    pk = Authenticator.objects.get(type="webauthn").pk
    client.force_login(UserFactory.create())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/accounts/2fa/webauthn/keys/{pk}/{page}/").status_code == 404


def test_second_passkey_gets_another_name(owner: Client) -> None:
    assert owner.get(ADD).context["form"].initial["name"] == "My passkey"
    add(owner, Passkey())
    assert owner.get(ADD).context["form"].initial["name"] == "My passkey 2"


def test_passkey_can_stand_for_the_password_before_something_sensitive(
    owner: Client, jordan: User, client: Client
) -> None:
    passkey = Passkey()
    add(owner, passkey)
    client.force_login(jordan)
    page = client.get("/accounts/2fa/webauthn/reauthenticate/")
    options = plain(page.context["js_data"]["request_options"])
    client.post("/accounts/2fa/webauthn/reauthenticate/", {"credential": json.dumps(passkey.get(options))})
    assert client.get(ADD).status_code == 200
