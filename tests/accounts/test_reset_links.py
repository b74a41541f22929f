"""Links to a new password: used twice, late, elsewhere, by others, and after the address changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://\S+/accounts/password/reset/key/\S+/")
NEW, OTHER = "another-long-password", "yet-another-password"


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def link_to(jordan: User, work_off: Worker) -> str:
    """Ask for a new password; return the path in the mail that came."""
    Client().post("/accounts/password/reset/", {"email": jordan.email})
    (found,) = set(LINK.findall(str(work_off()[0].body)))
    return str(found).removeprefix(settings.SITE_URL)


@pytest.fixture
def link(jordan: User, work_off: Worker) -> str:
    """The path in the mail that Jordan got."""
    return link_to(jordan, work_off)


def choose(client: Client, link: str, password: str = NEW) -> Any:
    """Follow the link and post a new password to where it leads."""
    form = client.get(link).get("Location", link)
    return client.post(form, {"password1": password, "password2": password})


def has(user: User, password: str) -> bool:
    user.refresh_from_db()
    return user.check_password(password)


def says_so(client: Client, link: str) -> tuple[bool, bool]:
    """Whether the page says that the link ended, and shows how to go on."""
    page = client.get(link, follow=True).content.decode()
    return "This link no longer works" in page, 'href="/accounts/password/reset/"' in page


def test_used_link_says_so(jordan: User, link: str) -> None:
    choose(Client(), link)
    assert says_so(Client(), link) == (True, True)
    choose(Client(), link, OTHER)
    assert has(jordan, NEW)


def test_form_that_was_open_twice_changes_once(jordan: User, link: str) -> None:
    first, second = Client(), Client()
    forms = [client.get(link)["Location"] for client in (first, second)]
    first.post(forms[0], {"password1": NEW, "password2": NEW})
    late = second.post(forms[1], {"password1": OTHER, "password2": OTHER})
    assert "This link no longer works" in late.content.decode()
    assert has(jordan, NEW)


def test_late_link_says_so(jordan: User, link: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert says_so(Client(), link) == (True, True)
        choose(Client(), link)
    assert has(jordan, PASSWORD)


def test_link_ends_when_the_address_changes(jordan: User, link: str) -> None:
    EmailAddress.objects.update(email="new@example.test")
    User.objects.update(email="new@example.test")
    assert says_so(Client(), link) == (True, True)
    choose(Client(), link)
    assert has(jordan, PASSWORD)


def test_link_ends_when_the_password_changes_otherwise(jordan: User, link: str) -> None:
    jordan.set_password(OTHER)
    jordan.save()
    assert says_so(Client(), link) == (True, True)
    choose(Client(), link)
    assert has(jordan, OTHER)


def test_link_works_on_another_device_and_signs_nobody_in(jordan: User, link: str) -> None:
    phone = Client()
    assert choose(phone, link)["Location"] == "/accounts/password/reset/key/done/"
    assert (has(jordan, NEW), "_auth_user_id" in phone.session) == (True, False)


def test_link_ends_when_jordan_remembers_and_signs_in(jordan: User, link: str) -> None:
    Client().post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    assert says_so(Client(), link) == (True, True)
    assert "you signed in since" in " ".join(Client().get(link).content.decode().split())


def test_new_password_ends_sessions_that_were_open(jordan: User, work_off: Worker) -> None:
    thief = Client()
    thief.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    assert thief.get("/dashboard/").status_code == 200
    choose(Client(), link_to(jordan, work_off))
    assert thief.get("/dashboard/").status_code == 302


def test_link_of_somebody_else_signs_nobody_out_by_looking(jordan: User, link: str) -> None:
    sam = Client()
    sam.force_login(UserFactory.create(display_name="Sam"))
    page = sam.get(link, follow=True).content.decode()
    assert ("You are signed in here as Sam" in page, "You are signed out" in page) == (True, False)
    assert sam.get("/dashboard/").status_code == 200


def test_link_of_somebody_else_changes_their_password_and_nobodys_session(jordan: User, link: str) -> None:
    sam, client = UserFactory.create(), Client()
    client.force_login(sam)
    assert choose(client, link)["Location"] == "/accounts/password/reset/key/done/"
    assert (has(jordan, NEW), has(sam, PASSWORD)) == (True, True)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("key", ["x-y", "1-set-password", "zzzz-set-password", "0-forged"])
def test_link_that_is_none_of_ours_says_so(key: str, jordan: User) -> None:
    path = f"/accounts/password/reset/key/{key}/"
    assert says_so(Client(), path) == (True, True)
    choose(Client(), path)
    assert has(jordan, PASSWORD)
