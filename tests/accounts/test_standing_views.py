"""The pages of somebody about whom staff decided something."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notification, Sanction, User
from accounts.models.safety import SanctionKind
from accounts.services.notifications import notify
from accounts.services.sanctions import appeal
from accounts.views import safety as views
from tests.accounts.words import page, words_of
from tests.factories.people import UserFactory
from tests.factories.safety import SanctionFactory, reported

pytestmark = pytest.mark.django_db
NOW = timezone.now()
STANDING = "/accounts/standing/"


@pytest.fixture
def reader(client: Client) -> User:
    """Signed in."""
    person: User = UserFactory.create()
    client.force_login(person)
    return person


def _tell(person: User, path: str) -> None:
    notify(to=person, kind="accounts.report_decided", key=path, path=path, now=NOW)


def test_opening_the_page_counts_as_seen(client: Client, reader: User) -> None:
    made = reported(by=reader)
    for path in (f"/report/{made.pk}/", STANDING):
        _tell(reader, path)
        client.get(path)
        assert Notification.objects.unread().filter(user=reader).count() == 0


# --- Where I stand


def give(person: User, **fields: Any) -> Sanction:
    made: Sanction = SanctionFactory.create(user=person, **fields)
    return made


def test_standing_without_decisions_says_so(client: Client, reader: User) -> None:
    give(UserFactory.create(), reason="Somebody else's.")
    words = page(client, STANDING)
    assert ("Nothing stands against you" in words, "Somebody else" in words) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_standing_has_a_fixed_number_of_queries(
    client: Client, reader: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    until = timezone.now() + timedelta(days=1)
    SanctionFactory.create_batch(count, user=reader, kind=SanctionKind.MATCHING_OFF, until=until)
    with django_assert_num_queries(3):
        assert len(client.get(STANDING).context["rows"]) == count


LATER = timezone.now() + timedelta(days=400)


@pytest.mark.parametrize(
    ("fields", "there", "not_there"),
    [
        ({"kind": "note"}, "A word from our staff Nothing changes", "Holds"),
        ({"kind": "suspended"}, "Your account is suspended Holds for good You can sign in", "Taken back"),
        ({"kind": "messaging_off", "until": LATER}, "Messages are off Holds until", "Taken back"),
        ({"kind": "matching_off", "lifted_at": NOW}, "Matching is off Taken back The reason", "Holds"),
        (
            {"kind": "suspended", "starts_at": NOW - timedelta(days=2), "until": NOW - timedelta(days=1)},
            "Your account is suspended Over The reason",
            "You can sign in",
        ),
    ],
)
def test_standing_says_what_holds_why_and_how_long(
    client: Client, reader: User, fields: dict[str, Any], there: str, not_there: str
) -> None:
    give(reader, reason="You asked for money.", **fields)
    words = page(client, STANDING)
    assert [part in words for part in (there, not_there, "You asked for money.")] == [True, False, True]


@pytest.mark.parametrize(
    ("fields", "can_appeal", "there"),
    [
        ({}, True, "Ask for another look"),
        (
            {"appeal": "No.", "appealed_at": NOW},
            False,
            "Your appeal is with somebody who did not decide this",
        ),
        (
            {"appeal": "No.", "appealed_at": NOW, "appeal_decided_at": NOW, "appeal_answer": "It stays."},
            False,
            "Our answer It stays.",
        ),
        ({"lifted_at": NOW}, False, "Taken back"),
    ],
)
def test_standing_says_how_an_appeal_stands(
    client: Client, reader: User, fields: dict[str, Any], can_appeal: bool, there: str
) -> None:
    made = give(reader, **fields)
    response = client.get(STANDING)
    assert there in words_of(response, 200)
    assert (f"{STANDING}{made.pk}/appeal/" in response.content.decode()) is can_appeal


# --- Appealing


def test_appeal_form_shows_what_it_is_about(client: Client, reader: User) -> None:
    made = give(reader, reason="You asked for money.")
    words = page(client, f"{STANDING}{made.pk}/appeal/")
    assert ("You asked for money." in words, "Send my appeal" in words) == (True, True)


def test_appeal_is_taken(client: Client, reader: User) -> None:
    made = give(reader)
    response = client.post(f"{STANDING}{made.pk}/appeal/", {"text": "It was\r\nnot me."})
    made.refresh_from_db()
    assert (response.headers["Location"], made.appeal) == (STANDING, "It was\nnot me.")
    assert "We have your appeal." in client.get(STANDING).content.decode()


@pytest.mark.parametrize(
    ("text", "fault"), [(" ", "This field is required"), ("x" * 2001, "at most 2000 char")]
)
def test_appeal_without_fair_words_comes_back(client: Client, reader: User, text: str, fault: str) -> None:
    made = give(reader)
    response = client.post(f"{STANDING}{made.pk}/appeal/", {"text": text})
    assert fault in words_of(response, 422)
    made.refresh_from_db()
    assert made.appealed_at is None


def test_appeal_that_lost_a_race_comes_back_with_its_words(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = give(reader)

    def late(*, by: User, sanction: Sanction, text: str, now: datetime) -> None:
        Sanction.objects.update(appeal="The other tab.", appealed_at=now)
        appeal(by=by, sanction=sanction, text=text, now=now)

    monkeypatch.setattr(views, "appeal", late)
    words = words_of(client.post(f"{STANDING}{made.pk}/appeal/", {"text": "This tab."}), 422)
    assert ("We have your appeal already" in words, "This tab." in words) == (True, True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_appeal_twice_leads_back(client: Client, reader: User, method: str) -> None:
    made = give(reader, appeal="No.", appealed_at=NOW)
    response = getattr(client, method)(f"{STANDING}{made.pk}/appeal/", {"text": "Again."})
    assert response.headers["Location"] == STANDING
    made.refresh_from_db()
    assert made.appeal == "No."


def test_appeal_against_the_decision_about_somebody_else_is_not_there(client: Client, reader: User) -> None:
    made = give(UserFactory.create())
    assert client.post(f"{STANDING}{made.pk}/appeal/", {"text": "Me."}).status_code == 404
