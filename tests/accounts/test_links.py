"""Links that confirm an address: used twice, late, elsewhere, by others, and after the address changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

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
    assert owner.post(link)["Location"] == "/dashboard/"
    assert addresses() == [("new@example.test", True)]
    # Pressed twice, or in a second tab: the same page answers, and says where to look.
    again = owner.post(link, follow=True)
    page = again.content.decode()
    assert (again.redirect_chain, "This link no longer works" in page) == ([(link, 302)], True)
    assert ('href="/accounts/email/"' in page, 'href="/dashboard/"' in page) == (True, True)
    assert addresses() == [("new@example.test", True)]


def test_used_link_leads_a_visitor_to_the_door(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    owner.post(link)
    page = Client().get(link).content.decode()
    assert "This link no longer works" in page
    assert 'class="btn" href="/accounts/login/"' in page


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_late_link_confirms_nothing_and_says_so(is_elsewhere: bool, owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    browser = Client() if is_elsewhere else owner
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        page = browser.post(link, follow=True).content.decode()
    assert ("This link no longer works" in page, "older than three days" in page) == (True, True)
    assert addresses() == [("jordan@example.test", True), ("new@example.test", False)]


def test_link_of_somebody_else_signs_nobody_out_by_looking(owner: Client, work_off: Worker) -> None:
    link, sam = change_to(owner, "new@example.test", work_off), Client()
    sam.force_login(UserFactory.create(display_name="Sam", email="sam@example.test"))
    page = sam.get(link).content.decode()
    assert ("You are signed in here as Sam" in page, "You are signed out" in page) == (True, False)
    assert sam.get("/dashboard/").status_code == 200
    assert ("new@example.test", False) in addresses()


def test_link_of_somebody_else_confirms_and_signs_out_but_not_in(owner: Client, work_off: Worker) -> None:
    link, sam = change_to(owner, "new@example.test", work_off), Client()
    sam.force_login(UserFactory.create(email="sam@example.test"))
    response = sam.post(link, follow=True)
    assert response.redirect_chain == [("/accounts/login/", 302)]
    assert "You are signed out" in response.content.decode()
    assert sam.get("/dashboard/").status_code == 302
    assert addresses() == [("new@example.test", True), ("sam@example.test", True)]


def test_link_confirms_on_another_device_and_signs_nobody_in(owner: Client, work_off: Worker) -> None:
    link, phone = change_to(owner, "new@example.test", work_off), Client()
    assert phone.post(link)["Location"] == "/accounts/login/"
    assert (addresses(), "_auth_user_id" in phone.session) == ([("new@example.test", True)], False)


def test_link_to_an_address_that_was_changed_again_does_nothing(owner: Client, work_off: Worker) -> None:
    first = change_to(owner, "first@example.test", work_off)
    second = change_to(owner, "second@example.test", work_off)
    assert "you asked for another address since" in owner.post(first, follow=True).content.decode()
    owner.post(second)
    assert addresses() == [("second@example.test", True)]


def test_link_to_an_address_that_was_taken_meanwhile_does_nothing(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    UserFactory.create(email="new@example.test")
    page = owner.get(link).content.decode()
    assert ("belongs to another account" in page, 'href="/accounts/password/reset/"' in page) == (True, True)
    answer = owner.post(link, follow=True).content.decode()
    assert "new@example.test belongs to another account, so it could not be confirmed." in answer
    assert ("jordan@example.test", True) in addresses()


def test_old_address_is_told_of_the_change(owner: Client, work_off: Worker) -> None:
    link = change_to(owner, "new@example.test", work_off)
    owner.post(link)
    assert [(mail.to, mail.subject) for mail in work_off()] == [
        (["jordan@example.test"], "Your e-mail address is changed")
    ]
