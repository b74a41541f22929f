"""Links that confirm an address: used twice, elsewhere, and after the address changed."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://\S+/accounts/confirm-email/[-:\w]+/")


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


def change_to(owner: Client, email: str, work_off: Worker) -> str:
    """Ask for another address; return the path of the link that came."""
    cache.clear()
    owner.post("/accounts/email/", {"email": email, "action_add": ""})
    (sent,) = [mail for mail in work_off() if mail.to == [email]]
    (link,) = set(LINK.findall(str(sent.body)))
    return str(link).removeprefix(settings.SITE_URL)


def addresses() -> list[Any]:
    return list(EmailAddress.objects.order_by("email").values_list("email", "verified"))


def test_link_works_once(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    assert owner.post(link).status_code == 302
    assert "This link no longer works" in owner.get(link).content.decode()
    assert owner.post(link).status_code == 404
    assert addresses() == [("new@example.test", True)]


def test_link_confirms_on_another_device_and_signs_nobody_in(owner: Client, work_off: Worker) -> None:
    link, phone = change_to(owner, "new@example.test", work_off), Client()
    assert phone.post(link)["Location"] == "/accounts/login/"
    assert (addresses(), "_auth_user_id" in phone.session) == ([("new@example.test", True)], False)


def test_link_to_an_address_that_was_changed_again_does_nothing(owner: Client, work_off: Worker) -> None:
    first = change_to(owner, "first@example.test", work_off)
    second = change_to(owner, "second@example.test", work_off)
    assert owner.post(first).status_code == 404
    owner.post(second)
    assert addresses() == [("second@example.test", True)]


def test_link_to_an_address_that_was_taken_meanwhile_does_nothing(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    UserFactory.create(email="new@example.test")
    assert "belongs to another account" in owner.get(link).content.decode()
    owner.post(link)
    assert ("jordan@example.test", True) in addresses()


def test_old_address_is_told_of_the_change(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    owner.post(link)
    assert [(mail.to, mail.subject) for mail in work_off()] == [
        (["jordan@example.test"], "Your e-mail address is changed")
    ]
