"""Signing in with a code that comes by mail."""

import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
CODE = re.compile(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]+)*$", re.MULTILINE)
CONFIRM = "/accounts/login/code/confirm/"


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def ask(client: Client, email: str = "jordan@example.test", **more: str) -> Any:
    return client.post("/accounts/login/code/", {"email": email, **more})


def code_in(work_off: Worker) -> str:
    (sent,) = work_off()
    (code,) = CODE.findall(str(sent.body))
    assert code in html_of(sent)
    return str(code)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_code_signs_in(jordan: User, client: Client, work_off: Worker) -> None:
    assert client.get("/accounts/login/code/").status_code == 200
    assert ask(client, "Jordan@Example.test")["Location"] == CONFIRM
    assert client.get(CONFIRM).status_code == 200
    response = client.post(CONFIRM, {"code": code_in(work_off)})
    assert (response["Location"], is_signed_in(client)) == ("/dashboard/", True)


def test_code_leads_back_to_where_it_began(jordan: User, client: Client, work_off: Worker) -> None:
    response = ask(client, next="/feed/")
    assert response["Location"] == f"{CONFIRM}?next=%2Ffeed%2F"
    response = client.post(CONFIRM, {"code": code_in(work_off), "next": "/feed/"})
    assert response["Location"] == "/feed/"


def test_code_works_once_and_only_where_it_was_asked_for(
    jordan: User, client: Client, work_off: Worker
) -> None:
    ask(client)
    code, elsewhere = code_in(work_off), Client()
    assert elsewhere.post(CONFIRM, {"code": code})["Location"].startswith("/accounts/login/")
    client.post(CONFIRM, {"code": code})
    client.post("/accounts/logout/")
    client.post(CONFIRM, {"code": code})
    assert (is_signed_in(elsewhere), is_signed_in(client)) == (False, False)


def test_page_of_another_device_says_where_a_code_works(
    jordan: User, client: Client, work_off: Worker
) -> None:
    ask(client)
    page = Client().post(CONFIRM, {"code": code_in(work_off)}, follow=True)
    assert page.redirect_chain == [("/accounts/login/code/", 302)]
    assert "You type it in this browser within ten minutes" in page.content.decode()


def test_device_of_somebody_else_stays_theirs(jordan: User, client: Client, work_off: Worker) -> None:
    sam = UserFactory.create()
    ask(client)
    elsewhere = Client()
    elsewhere.force_login(sam)
    assert elsewhere.post(CONFIRM, {"code": code_in(work_off)})["Location"] == "/dashboard/"
    assert elsewhere.session["_auth_user_id"] == str(sam.pk)


@pytest.mark.parametrize("email", ["jordan@example.test", "nobody@example.test"])
def test_who_waits_in_vain_can_start_over(email: str, jordan: User, client: Client, work_off: Worker) -> None:
    ask(client, email)
    page = client.get(CONFIRM).content.decode()
    assert ("Start over" in page, 'name="next" value="/accounts/login/code/"' in page) == (True, True)
    # Until then the doors lead back to the code.
    assert client.get("/accounts/login/")["Location"] == CONFIRM
    client.post("/accounts/logout/", {"next": "/accounts/login/code/"})
    assert client.get("/accounts/login/").status_code == 200
    work_off()
    ask(client)
    client.post(CONFIRM, {"code": code_in(work_off)})
    assert is_signed_in(client) is True


def test_code_ends_after_ten_minutes(jordan: User, client: Client, work_off: Worker) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client)
        code = code_in(work_off)
        clock.shift(601)
        client.post(CONFIRM, {"code": code})
    assert is_signed_in(client) is False


def test_guessing_ends_after_three_tries_however_often_it_goes_on(
    jordan: User, client: Client, work_off: Worker
) -> None:
    ask(client)
    code = code_in(work_off)
    for number in range(100):
        client.post(CONFIRM, {"code": f"AAAA-{number:04}"})
    client.post(CONFIRM, {"code": code})
    assert is_signed_in(client) is False


def test_wrong_code_is_told_kindly(jordan: User, client: Client) -> None:
    ask(client)
    response = client.post(CONFIRM, {"code": "AAAA"})
    assert response.context["form"].errors == {
        "code": ["That code does not fit. Please look again, or ask for a new one."]
    }


def test_unknown_address_is_told_the_same_and_gets_another_mail(
    jordan: User, client: Client, work_off: Worker
) -> None:
    known, unknown = ask(Client()), ask(client, "nobody@example.test")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    first, second = work_off()
    assert (first.subject, second.to) == ("Your sign-in code", ["nobody@example.test"])
    assert client.post(CONFIRM, {"code": "AAAA"}).status_code == 422


def test_codes_are_limited_by_address(jordan: User, work_off: Worker) -> None:
    answers = [ask(Client()).status_code for _ in range(6)]
    assert answers == [302] * 5 + [422]
    assert len(work_off()) == 5


def test_code_is_the_way_in_when_the_password_was_tried_too_often(
    jordan: User, client: Client, work_off: Worker
) -> None:
    for _ in range(6):
        response = client.post("/accounts/login/", {"login": jordan.email, "password": "a-wrong-password"})
    page = response.content.decode()
    assert ("ask for a sign-in code" in page, 'href="/accounts/login/code/"' in page) == (True, True)
    ask(client)
    client.post(CONFIRM, {"code": code_in(work_off)})
    assert is_signed_in(client) is True


def test_code_verifies_the_address_it_came_to(client: Client, work_off: Worker) -> None:
    UserFactory.create(email="new@example.test", verified=False)
    ask(client, "new@example.test")
    client.post(CONFIRM, {"code": code_in(work_off)})
    assert (is_signed_in(client), EmailAddress.objects.get().verified) == (True, True)


def test_closed_account_gets_no_code(jordan: User, client: Client, work_off: Worker) -> None:
    User.objects.update(is_active=False)
    ask(client)
    (sent,) = work_off()
    assert sent.subject != "Your sign-in code"


def test_password_still_works(jordan: User, client: Client) -> None:
    client.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    assert is_signed_in(client) is True
