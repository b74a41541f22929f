"""Stopping mails by the link in them (RFC 8058)."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.models.mail import MailKind
from accounts.services.mail import choose_mail, unsubscribe_url, wants_mail
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
KIND = MailKind.QUESTION_ANSWERED


@pytest.fixture
def reader() -> User:
    """Who got the mail."""
    user: User = UserFactory.create()
    return user


@pytest.fixture
def path(reader: User) -> str:
    """The link in the mail, without the site."""
    return unsubscribe_url(user=reader, kind=KIND).removeprefix("http://testserver")


def test_opening_the_link_asks_and_changes_nothing(path: str, reader: User, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert (response.context["is_done"], response.context["is_wanted"]) == (False, True)
    assert "Answers to my questions" in response.content.decode()
    assert client.head(path).status_code == 200
    assert wants_mail(user=reader, kind=KIND) is True


def test_mail_program_stops_them_with_one_post_signed_out(path: str, reader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert (response.status_code, response.context["is_done"], response.context["is_wanted"]) == (
        200, True, False,
    )  # fmt: skip
    assert wants_mail(user=reader, kind=KIND) is False


def test_stopping_twice_is_the_same_as_once(path: str, reader: User, client: Client) -> None:
    assert [client.post(path).status_code, client.post(path).status_code] == [200, 200]
    assert wants_mail(user=reader, kind=KIND) is False


def test_a_slip_is_undone_on_the_same_page(path: str, reader: User, client: Client) -> None:
    choose_mail(user=reader, kind=KIND, is_wanted=False)
    response = client.post(path, {"again": "1"})
    assert (response.context["is_done"], response.context["is_wanted"]) == (True, True)
    assert wants_mail(user=reader, kind=KIND) is True


def test_page_is_kept_nowhere_and_tells_no_other_site(path: str, client: Client) -> None:
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response.cookies == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_that_is_none_of_ours_is_not_found(method: str, path: str, reader: User, client: Client) -> None:
    forged = path.rstrip("/") + "x/"
    assert getattr(client, method)(forged).status_code == 404
    assert wants_mail(user=reader, kind=KIND) is True


def test_other_methods_are_refused(path: str, client: Client) -> None:
    assert client.delete(path).status_code == 405
