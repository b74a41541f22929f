"""The staff page of a person: how they stand, what staff did, and who sees which of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
import zeal
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, PersonExperience, Sanction, User
from accounts.models.experience import Privacy
from accounts.models.safety import SanctionKind
from accounts.models.user import FOR_GOOD
from accounts.services.audit import record_action
from accounts.services.sensitive import choose_sensitive
from tests.factories.people import UserFactory, experience, staff
from tests.factories.safety import CaseFactory, ReportFactory, SanctionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_user_changelist"
PAGE_QUERIES = 12
DAY = timedelta(days=1)


@pytest.fixture
def lead(client: Client) -> User:
    """The safeguarding lead, signed in."""
    person = staff("safeguarding lead")
    client.force_login(person)
    return person


@pytest.fixture
def coordinator(client: Client) -> User:
    """A coordinator, signed in."""
    person = staff("coordinator")
    client.force_login(person)
    return person


def url(person: User, step: str = "change") -> str:
    return reverse(f"admin:accounts_user_{step}", args=[person.pk])


def page_of(client: Client, person: User) -> str:
    return " ".join(client.get(url(person)).content.decode().split())


def viewed() -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(action="person.viewed").order_by("pk")
    return list(rows.values_list("actor", "target", "reason"))


def parts_of(page: str) -> list[str]:
    """Which parts the page has."""
    return [part for part in ("standing", "terms", "sanctions", "cases", "trail") if f'id="{part}"' in page]


# --- Standing


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({}, ["Age: 18 and over."]),
        ({"birth_year": None, "birth_month": None}, ["Age: not told, which counts as under 18."]),
        ({"birth_year": 2024}, ["Age: under 13."]),
        ({"is_active": False}, ["Age: 18 and over.", "The account is closed."]),
        (
            {"suspended_until": FOR_GOOD},
            ["Age: 18 and over.", "The account is suspended: nothing can be written from it."],
        ),
        ({"suspended_until": datetime(2020, 1, 1, tzinfo=UTC)}, ["Age: 18 and over."]),
        (
            {"leaves_at": datetime(2026, 12, 1, 17, tzinfo=UTC)},
            [
                "Age: 18 and over.",
                "The person asked to be deleted. That happens on December 1, 2026, 12:00 EST.",
            ],
        ),
        (
            {
                "is_active": False,
                "birth_year": None,
                "birth_month": None,
                "erased_at": datetime(2026, 11, 1, 16, tzinfo=UTC),
            },
            ["The account was deleted on November 1, 2026, 11:00 EST. What is left is a former member."],
        ),
    ],
)
def test_page_says_how_the_person_stands(
    client: Client, lead: User, fields: dict[str, Any], sentences: list[str]
) -> None:
    person = UserFactory.create(**fields)
    response = client.get(url(person))
    assert response.context["page"]["states"] == sentences
    assert [sentence in response.content.decode() for sentence in sentences] == [True] * len(sentences)


def test_lead_sees_every_part(client: Client, lead: User) -> None:
    person, now = UserFactory.create(), timezone.now()
    PersonExperience.objects.create(user=person, experience=experience(key="own_road"))
    SanctionFactory.create(user=person, reason="First words.", lifted_at=now)
    SanctionFactory.create(
        user=person, kind=SanctionKind.SUSPENDED, until=now + DAY, reason="Second words.",
        appeal="x", appealed_at=now,
    )  # fmt: skip
    case = ReportFactory.create(case__about=person, text="Secret words.", reporter__display_name="Quiet").case
    ReportFactory.create(case=case)
    record_action(by=None, action="account.closed", target=person, reason="by the clock")
    record_action(by=lead, action="user.changed", target=person)
    page = page_of(client, person)
    words = [
        "Own road",
        "First words.",
        "Second words.",
        "An appeal waits for an answer.",
        "Reported 2 times.",
        f'href="{reverse("admin:accounts_case_change", args=[case.pk])}"',
        "account.closed, by nobody by hand: by the clock",
        f"user.changed, by {lead.display_name}",
    ]
    assert [word in page for word in words] == [True] * len(words)
    assert parts_of(page) == ["standing", "terms", "sanctions", "cases", "trail"]
    assert ("Secret words." in page, "Quiet" in page) == (False, False)


def test_person_with_nothing_to_tell_says_so(client: Client, lead: User) -> None:
    page = page_of(client, UserFactory.create())
    assert (page.count("None."), page.count("Nothing."), "Reported 0 times." in page) == (2, 1, True)


def test_coordinator_sees_sanctions_but_no_cases_and_no_trail(client: Client, coordinator: User) -> None:
    person = UserFactory.create()
    ReportFactory.create(case__about=person)
    page = page_of(client, person)
    assert (parts_of(page), "Reported" in page) == (["standing", "sanctions"], False)


def test_nobody_finds_out_on_their_own_page_that_they_were_reported(client: Client, lead: User) -> None:
    ReportFactory.create(case__about=lead)
    record_action(by=UserFactory.create(), action="case.opened", target=lead)
    page = page_of(client, lead)
    assert (parts_of(page), "Reported" in page, viewed()) == (["standing", "sanctions"], False, [])


def test_who_may_only_see_people_sees_the_standing_alone(client: Client) -> None:
    client.force_login(_with_right("view_user"))
    person = UserFactory.create()
    SanctionFactory.create(user=person)
    assert parts_of(page_of(client, person)) == ["standing"]


def _with_right(codename: str) -> User:
    person: User = UserFactory.create(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename=codename))
    return person


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(
    client: Client, lead: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = UserFactory.create()
    client.get(url(person))
    for number in range(count):
        SanctionFactory.create(user=person)
        ReportFactory.create(case__about=person)
        record_action(by=UserFactory.create(), action="test", target=person)
        term = experience(group=f"group-{number}", key=f"key-{number}")
        PersonExperience.objects.create(user=person, experience=term)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(url(person))


# --- Private terms


def test_staff_see_terms_for_matching_and_never_sensitive_ones(client: Client, coordinator: User) -> None:
    person = UserFactory.create()
    for key, privacy in (("open_road", Privacy.P0), ("hidden_road", Privacy.P2)):
        term = experience(group=f"group_{key}", key=key, learner_privacy=privacy)
        PersonExperience.objects.create(user=person, experience=term)
    experience(group="private", key="sealed_road", learner_privacy=Privacy.P3)
    now = timezone.now()
    choose_sensitive(by=person, choices={"private": ["sealed_road"]}, now=now, today=timezone.localdate(now))
    page = page_of(client, person)
    assert [word in page for word in ("Open road", "Hidden road", "Sealed road")] == [True, True, False]


def test_looking_is_logged_once_a_day(client: Client, lead: User) -> None:
    person = UserFactory.create()
    target = f"accounts.user:{person.pk}"
    start = timezone.now()
    for hours in (0, 1, 23):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            client.force_login(lead)
            client.get(url(person))
    assert viewed() == [(lead.pk, target, "")]
    # The log's times are the database's.
    AuditEntry.objects.update(at=start - timedelta(hours=25))
    client.get(url(person))
    client.force_login(staff("coordinator"))
    client.get(url(person))
    assert [(row[0] == lead.pk, row[1]) for row in viewed()] == [(True, target)] * 2 + [(False, target)]


def test_looking_that_is_refused_is_not_logged(client: Client) -> None:
    client.force_login(staff("moderator"))
    person = UserFactory.create()
    assert (client.get(url(person)).status_code, viewed()) == (403, [])


def test_trail_leaves_out_who_only_looked(client: Client, lead: User) -> None:
    person = UserFactory.create()
    client.get(url(person))
    assert "person.viewed" not in page_of(client, person)


# --- Addresses


def test_coordinator_reads_no_address(client: Client, coordinator: User) -> None:
    person = UserFactory.create(display_name="Jordan", email="secret@example.test")
    pages = [client.get(reverse(LIST)).content.decode(), page_of(client, person)]
    assert [("Jordan" in page, "secret@example.test" in page) for page in pages] == [(True, False)] * 2


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("jordan", True), ("Secret@Example.test", True), ("secret@", False)],
)
def test_coordinator_finds_people_by_name_or_whole_address(
    client: Client, coordinator: User, words: str, is_found: bool
) -> None:
    person = UserFactory.create(display_name="Jordan", email="secret@example.test")
    found = list(client.get(reverse(LIST), {"q": words}).context["cl"].result_list)
    assert found == ([person] if is_found else [])


def test_lead_reads_addresses(client: Client, lead: User) -> None:
    person = UserFactory.create(email="secret@example.test")
    assert "secret@example.test" in page_of(client, person)
    found = client.get(reverse(LIST), {"q": "secret@"}).context["cl"].result_list
    assert list(found) == [person]


def test_nothing_of_a_password_is_shown_to_who_only_reads(client: Client, lead: User) -> None:
    page = page_of(client, UserFactory.create())
    assert ("algorithm" in page, "field-password" in page) == (False, False)


@pytest.mark.parametrize("group", ["lead", "coordinator"])
def test_who_reads_people_changes_nothing(client: Client, request: Any, group: str) -> None:
    request.getfixturevalue(group)
    person = UserFactory.create()
    assert client.post(url(person), {"display_name": "Renamed"}).status_code == 403
    assert User.objects.get(pk=person.pk).display_name == person.display_name


# --- Giving a sanction


def test_lead_gives_a_sanction_from_the_page(client: Client, lead: User) -> None:
    person = UserFactory.create()
    assert f'href="{url(person, "give_sanction")}"' in page_of(client, person)
    fields = {"kind": "messaging_off", "length": "30", "reason": "For a while."}
    with zeal.zeal_ignore([{"model": "accounts.User"}]):
        response = client.post(url(person, "give_sanction"), fields)
    given = Sanction.objects.get()
    assert given.until is not None
    assert (given.user, given.kind, given.until - given.starts_at) == (person, "messaging_off", 30 * DAY)
    assert (response["Location"], given.case, given.by) == (url(person), None, lead)


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
def test_lead_decides_nothing_about_colleagues(client: Client, lead: User, fields: dict[str, bool]) -> None:
    person = UserFactory.create(**fields)
    assert url(person, "give_sanction") not in page_of(client, person)
    assert client.get(url(person, "give_sanction")).status_code == 403


def test_nobody_sanctions_themselves(client: Client) -> None:
    admin = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(admin)
    assert client.get(url(admin, "give_sanction")).status_code == 403


@pytest.mark.parametrize("group", ["coordinator", "moderator"])
def test_others_give_no_sanction_from_the_page_of_a_person(client: Client, group: str) -> None:
    client.force_login(staff(group))
    CaseFactory.create()
    person = UserFactory.create()
    fields = {"kind": "note", "reason": "x"}
    assert client.post(url(person, "give_sanction"), fields).status_code == 403
    assert Sanction.objects.count() == 0


def test_page_of_nobody_leads_back(client: Client, lead: User) -> None:
    assert client.get(reverse("admin:accounts_user_change", args=[0]))["Location"] == "/admin/"
    assert client.get(reverse("admin:accounts_user_give_sanction", args=[0])).status_code == 404
