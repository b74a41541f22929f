"""Stopping mails by the link in them (RFC 8058)."""

import pytest
from django.test import Client

from accounts.models import NotificationChoice, User
from accounts.models.notification import Rhythm
from accounts.services.mail import gets_mails, stop_mails, unsubscribe_url
from feed.services.telling import QUESTION_ANSWERED
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
KIND = QUESTION_ANSWERED.key
DAILY = "digest:daily"


@pytest.fixture
def reader() -> User:
    """Who got the mail."""
    user: User = UserFactory.create()
    return user


@pytest.fixture
def path(reader: User) -> str:
    """The link in the mail, without the site."""
    return path_of(reader, KIND)


def path_of(reader: User, subject: str) -> str:
    return unsubscribe_url(user=reader, kind=subject).removeprefix("http://testserver")


def test_opening_the_link_asks_and_changes_nothing(path: str, reader: User, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert (response.context["is_done"], response.context["is_wanted"]) == (False, True)
    assert f"These are “{QUESTION_ANSWERED.label}”. Nothing else stops" in " ".join(
        response.content.decode().split()
    )
    assert client.head(path).status_code == 200
    assert gets_mails(user=reader, subject=KIND) is True


def test_mail_program_stops_them_with_one_post_signed_out(path: str, reader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert (response.status_code, response.context["is_done"], response.context["is_wanted"]) == (
        200, True, False,
    )  # fmt: skip
    assert gets_mails(user=reader, subject=KIND) is False


def test_stopping_twice_is_the_same_as_once(path: str, reader: User, client: Client) -> None:
    assert [client.post(path).status_code, client.post(path).status_code] == [200, 200]
    assert "No more of these e-mails" in client.get(path).content.decode()
    assert gets_mails(user=reader, subject=KIND) is False


def test_a_slip_is_undone_on_the_same_page(path: str, reader: User, client: Client) -> None:
    page = client.post(path).content.decode()
    assert "Start them again" in page
    response = client.post(path, {"again": "1"})
    assert (response.context["is_done"], response.context["is_wanted"]) == (True, True)
    assert "You will get these e-mails again" in response.content.decode()
    assert gets_mails(user=reader, subject=KIND) is True


def test_a_digest_is_stopped_and_started_again_as_it_was(reader: User, client: Client) -> None:
    NotificationChoice.objects.create(user=reader, kind=KIND, mail=Rhythm.DAILY)
    path = path_of(reader, DAILY)
    assert "The daily e-mail" in client.get(path).content.decode()
    client.post(path)
    assert NotificationChoice.objects.get().mail == Rhythm.NEVER
    client.post(path, {"again": "1"})
    assert NotificationChoice.objects.get().mail == Rhythm.DAILY


def test_a_digest_that_was_never_on_is_not_started_here(reader: User, client: Client) -> None:
    path = path_of(reader, DAILY)
    assert "No more of these e-mails" in client.get(path).content.decode()
    page = client.post(path, {"again": "1"}).content.decode()
    assert "There is nothing to start again" in page
    assert 'href="/notifications/settings/"' in page
    assert NotificationChoice.objects.count() == 0


def test_stopping_for_one_leaves_others_alone(path: str, client: Client) -> None:
    other = UserFactory.create()
    client.post(path)
    assert gets_mails(user=other, subject=KIND) is True


def test_page_is_kept_nowhere_and_tells_no_other_site(path: str, client: Client) -> None:
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response.cookies == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_that_is_none_of_ours_is_not_found(method: str, path: str, reader: User, client: Client) -> None:
    for forged in (path.rstrip("/") + "x/", path[:-9] + "/"):
        assert getattr(client, method)(forged).status_code == 404
    assert gets_mails(user=reader, subject=KIND) is True


def test_a_link_cannot_start_what_it_does_not_name(reader: User, client: Client) -> None:
    stop_mails(user=reader, subject=KIND)
    client.post(path_of(reader, DAILY), {"again": "1"})
    assert gets_mails(user=reader, subject=KIND) is False


def test_other_methods_are_refused(path: str, client: Client) -> None:
    assert client.delete(path).status_code == 405
