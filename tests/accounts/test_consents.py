"""What people agree to when they join, and the log of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import ConsentEntry, User
from accounts.models.experience import Privacy
from accounts.registries import texts
from accounts.registries.texts import text_version
from accounts.services.consents import accept_texts, in_words
from accounts.services.sensitive import choose_sensitive
from accounts.views import privacy
from learner_series.models import PlainPage
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "/accounts/consents/"
JORDAN = {
    "display_name": "Jordan",
    "email": "jordan@example.test",
    "birth_month": "6",
    "birth_year": "2000",
    "password1": "a-long-test-password",
}


@pytest.fixture
def ana(client: Client) -> User:
    """Somebody signed in."""
    made: User = UserFactory.create(display_name="Ana")
    client.force_login(made)
    return made


def words(user: User) -> list[str]:
    return [row.words for row in in_words(user=user, entries=ConsentEntry.objects.of(user))]


# --- Joining


@pytest.fixture
def texts_of_today() -> None:
    """Terms in their third version, how we treat data in its first."""
    PlainPage.objects.filter(slug="terms").update(version=3, changed_at=NOON)
    PlainPage.objects.filter(slug="privacy").update(version=1, changed_at=NOON - timedelta(days=30))


@pytest.mark.usefixtures("texts_of_today")
def test_who_joins_agrees_to_the_texts_in_force(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        client.post("/accounts/signup/", JORDAN)

    rows = ConsentEntry.objects.order_by("subject")
    assert list(rows.values_list("user__display_name", "subject", "version", "is_given", "at")) == [
        ("Jordan", "privacy", "1 (2026-10-23)", True, NOON),
        ("Jordan", "terms", "3 (2026-11-22)", True, NOON),
    ]


def test_nobody_agrees_who_is_a_member_already_or_too_young(client: Client) -> None:
    UserFactory.create(email="jordan@example.test")
    client.post("/accounts/signup/", JORDAN)
    Client().post("/accounts/signup/", {**JORDAN, "email": "kid@example.test", "birth_year": "2025"})

    assert ConsentEntry.objects.count() == 0


def test_form_says_what_joining_means(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()

    assert "By creating an account you agree" in page
    assert ('href="/terms/"' in page, 'href="/privacy/"' in page) == (True, True)


def test_without_the_texts_the_version_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    PlainPage.objects.filter(slug="terms").delete()
    monkeypatch.delitem(texts._versions, "privacy")

    assert (text_version("terms"), text_version("privacy")) == ("", "")


def test_highest_version_fits(ana: User) -> None:
    PlainPage.objects.update(version=9999, changed_at=NOON)
    accept_texts(by=ana, now=NOON)

    assert set(ConsentEntry.objects.values_list("version", flat=True)) == {"9999 (2026-11-22)"}


# --- The log in words


def test_texts_are_named_as_people_know_them(ana: User) -> None:
    accept_texts(by=ana, now=NOON)

    assert sorted(words(ana)) == ["How we treat your data", "The terms of use"]


def test_a_sensitive_thing_is_named_while_it_is_kept(ana: User) -> None:
    for key in ("parent", "expecting"):
        experience("caregiver", key, learner_privacy=Privacy.P3, label=key.title())
    today = NOON.date()
    choose_sensitive(by=ana, choices={"caregiver": ["parent", "expecting"]}, now=NOON, today=today)
    choose_sensitive(by=ana, choices={"caregiver": ["parent"]}, now=NOON + HOUR, today=today)

    log = in_words(user=ana, entries=ConsentEntry.objects.of(ana))
    assert (log[0].words, log[0].is_given) == ("A sensitive thing that is no longer here", False)
    assert sorted(row.words for row in log[1:]) == [
        "A sensitive thing that is no longer here",
        "Sensitive thing: Parent",
    ]


def test_other_subjects_read_as_they_are_called(ana: User) -> None:
    ConsentEntry.objects.create(user=ana, subject="sharing_of_articles", is_given=True)

    assert words(ana) == ["Sharing of articles"]


def test_log_without_sensitive_things_opens_none(ana: User, django_assert_num_queries: Any) -> None:
    accept_texts(by=ana, now=NOON)

    with django_assert_num_queries(1):
        words(ana)


# --- The page


def test_page_shows_yes_and_no_with_date_and_version(client: Client, ana: User) -> None:
    ConsentEntry.objects.create(user=ana, subject="terms", version="3 (2026-11-22)", is_given=True, at=NOON)
    ConsentEntry.objects.create(user=ana, subject="sharing", is_given=False, at=NOON + HOUR)
    ConsentEntry.objects.create(user=UserFactory.create(), subject="secret", is_given=True)

    page = client.get(URL).content.decode()
    assert page.index("You took it back") < page.index("You said yes")
    assert ("Version 3 (2026-11-22)" in page, page.count("Version"), "Secret" in page) == (True, 1, False)
    assert "November 22, 2026" in page


def test_empty_page_says_what_will_stand_there(client: Client, ana: User) -> None:
    assert "Nothing here yet" in client.get(URL).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_goes_on_by_cursor_with_the_same_queries(
    client: Client,
    ana: User,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    monkeypatch.setattr(privacy, "CONSENTS", count)
    for number in range(count + 1):
        ConsentEntry.objects.create(
            user=ana, subject=f"subject_{number}", is_given=True, at=NOON + number * HOUR
        )
    # Session, person, the log.
    with django_assert_num_queries(3):
        first = client.get(URL)
    second = client.get(f"{URL}?cursor={first.context['page'].next_cursor}")

    assert [len(page.context["consents"]) for page in (first, second)] == [count, 1]
    assert second.context["consents"][0].words == "Subject 0"
    assert ("Older entries" in first.content.decode(), "Newest entries" in second.content.decode()) == (
        True,
        True,
    )
