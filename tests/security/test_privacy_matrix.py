"""The privacy matrix (PRODUCT §4): for every class, what a visitor, a learner, the matched mentor, staff see.

A learner holds a term of each class whose words stand nowhere else; what shows them, shows them as theirs.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import registries
from accounts.models import (
    ConsentEntry,
    Experience,
    MailTimes,
    PersonExperience,
    SensitiveExperience,
    User,
)
from accounts.models.experience import Privacy
from accounts.services.people import choose_several
from accounts.services.sensitive import choose_sensitive
from accounts.services.visibility import visible_terms
from breakthru.lib.logs import JsonFormatter
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from tests.factories.library import published
from tests.factories.people import MentorFactory, UserFactory, experience, staff
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
P0, P1, P2, P3, P4 = Privacy

# Who sees which classes of a learner. The two mentors are matched with the learner; a twin has the sensitive
# term too and said yes to it.
MATRIX: dict[str, set[Privacy]] = {
    "visitor": {P0},
    "learner": {P0, P1},
    "mentor before introduced": {P0, P1},
    "twin before introduced": {P0, P1},
    "mentor from introduced on": {P0, P1, P2},
    "twin from introduced on": {P0, P1, P2, P3},
    "coordinator": {P0, P1, P2},
    "admin": {P0, P1, P2},
}
OPEN = {f"road_{privacy.lower()}": privacy for privacy in (P0, P1, P2)}


def word(privacy: Privacy) -> str:
    return f"Sentinel{privacy}"


WORDS = {privacy: word(privacy) for privacy in Privacy}


@pytest.fixture(autouse=True)
def _no_introductions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "_introductions", [])


@pytest.fixture
def owner() -> User:
    """A learner who holds whatever can be held, with a question that was answered."""
    made: User = UserFactory.create(display_name="Owner")
    for privacy in Privacy:
        key = f"sentinel-{privacy.lower()}"
        experience(f"road_{privacy.lower()}", key, label=word(privacy), learner_privacy=privacy)
    choices = {group: [f"sentinel-{privacy.lower()}"] for group, privacy in OPEN.items()}
    choose_several(by=made, choices=choices, today=TODAY)
    keep_sensitive(made)
    return made


def keep_sensitive(user: User) -> None:
    choose_sensitive(by=user, choices={"road_p3": ["sentinel-p3"]}, now=NOON, today=TODAY)


def _mentor(owner: User, *, is_twin: bool, is_introduced: bool) -> User:
    user: User = MentorFactory.create().user
    if is_twin:
        keep_sensitive(user)
    if is_introduced:
        registries.register_introductions(lambda one, other: {one, other} == {owner.pk, user.pk})
    return user


VIEWERS: dict[str, Callable[[User], User | None]] = {
    "visitor": lambda owner: None,
    "learner": lambda owner: UserFactory.create(),
    "mentor before introduced": lambda owner: _mentor(owner, is_twin=False, is_introduced=False),
    "twin before introduced": lambda owner: _mentor(owner, is_twin=True, is_introduced=False),
    "mentor from introduced on": lambda owner: _mentor(owner, is_twin=False, is_introduced=True),
    "twin from introduced on": lambda owner: _mentor(owner, is_twin=True, is_introduced=True),
    "coordinator": lambda owner: staff("coordinator"),
    "admin": lambda owner: UserFactory.create(is_staff=True, is_superuser=True),
}


def browser(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def spilled(text: str) -> set[Privacy]:
    """Return the classes whose sentinel stands in `text`, as its label or as its key."""
    return {
        privacy for privacy, label in WORDS.items() if label in text or f"sentinel-{privacy.lower()}" in text
    }


@pytest.mark.parametrize("viewer", MATRIX)
def test_the_matrix(owner: User, viewer: str) -> None:
    terms = visible_terms(owner=owner, viewer=VIEWERS[viewer](owner))

    assert {Privacy(term.learner_privacy) for term in terms} == MATRIX[viewer]


def test_the_owner_holds_everything_that_can_be_held(owner: User) -> None:
    open_classes = {Privacy(term.learner_privacy) for term in PersonExperience.objects.all_of(owner)}

    assert (open_classes, SensitiveExperience.objects.count()) == ({P0, P1, P2}, 1)


# --- Pages and search: no page shows a learner's terms, whoever looks, but the owner's own.


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_and_searches_show_nothing_of_it(owner: User, viewer: str) -> None:
    question = answered(QuestionFactory.create(asker=owner)).question
    pages = [
        "/",
        "/dashboard/",
        "/feed/",
        question.get_absolute_url(),
        published().get_absolute_url(),
        "/learn/",
        "/accounts/profile/preview/",
        *(f"/learn/?q={label}" for label in WORDS.values()),
        *(f"/feed/?q={label}" for label in WORDS.values()),
    ]
    client = browser(VIEWERS[viewer](owner))

    # A search says again what was asked, so its words are taken out.
    shown = {page: client.get(page).content.decode().replace(page.rpartition("=")[2], "") for page in pages}

    assert {page: spilled(text) for page, text in shown.items() if spilled(text)} == {}
    assert "Owner" in shown[question.get_absolute_url()]


@pytest.mark.parametrize(
    ("query", "classes"), [("visitor", {P0}), ("learner", {P0, P1}), ("introduced", {P0, P1, P2})]
)
def test_the_preview_shows_the_owner_what_the_matrix_says(
    owner: User, query: str, classes: set[Privacy]
) -> None:
    page = browser(owner).get(f"/accounts/profile/preview/?as={query}").content.decode()

    assert spilled(page) == classes


@pytest.mark.parametrize("label", WORDS.values())
def test_staff_do_not_find_people_by_their_terms(owner: User, label: str) -> None:
    client = browser(UserFactory.create(is_staff=True, is_superuser=True))

    people = client.get("/admin/accounts/user/", {"q": label})
    entries = client.get("/admin/accounts/auditentry/", {"q": label})

    assert (list(people.context["cl"].result_list), list(entries.context["cl"].result_list)) == ([], [])


def test_the_staff_page_of_a_person_shows_what_staff_may_see_and_nothing_sensitive(owner: User) -> None:
    client = browser(UserFactory.create(is_staff=True, is_superuser=True))

    pages = [f"/admin/accounts/user/{owner.pk}/{page}/" for page in ("change", "history")]

    assert [spilled(client.get(page).content.decode()) for page in pages] == [MATRIX["admin"], set()]


@pytest.mark.parametrize("privacy", Privacy)
def test_the_staff_page_of_a_term_names_no_holder(owner: User, privacy: Privacy) -> None:
    term = Experience.objects.get(learner_privacy=privacy)
    client = browser(UserFactory.create(is_staff=True, is_superuser=True))

    page = client.get(f"/admin/accounts/experience/{term.pk}/change/").content.decode()

    assert ("fewer than 5 people" in page, owner.display_name in page, owner.email in page) == (
        True,
        False,
        False,
    )


# --- Mails and logs


def test_mails_tell_nothing_of_it(owner: User) -> None:
    # No quiet hours, whenever this runs.
    MailTimes.objects.create(user=owner, quiet_from=0, quiet_until=0)
    answered(QuestionFactory.create(asker=owner))

    for pk in Outbox.objects.due().order_by("pk").values_list("pk", flat=True):
        deliver(pk)

    assert owner.email in {address for message in mail.outbox for address in message.to}
    assert [
        spilled(message.message().as_string()) for message in mail.outbox if spilled(str(message.message()))
    ] == []


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that is logged meanwhile, in the format of production, down to debug."""
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(JsonFormatter().format(record))

    handler, root = Keep(), logging.getLogger()
    names = ["breakthru", "django", "accounts"]
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, names))}
    root.addHandler(handler)
    for logger in levels:
        # Queries are logged with their values only in development.
        logger.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


def test_logs_tell_nothing_of_it(owner: User, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(owner)
    client.raise_request_exception = False
    profile: dict[str, Any] = {"display_name": "Owner", "time_zone": "UTC"}
    answers = {group: [f"sentinel-{privacy.lower()}"] for group, privacy in OPEN.items()}
    sensitive = {"road_p3": ["sentinel-p3"]}
    statuses = [
        client.post("/accounts/profile/", {**profile, **answers}).status_code,
        client.post("/accounts/profile/", {**profile, **sensitive, "road_p0": ["sentinel-p3"]}).status_code,
        client.post("/accounts/profile/sensitive/", sensitive).status_code,
        client.post("/accounts/profile/sensitive/", {"road_p3": ["sentinel-p4"]}).status_code,
    ]

    def fail(**arguments: Any) -> None:
        raise ValueError(str(arguments))

    monkeypatch.setattr("accounts.views.profile.choose_sensitive", fail)
    statuses.append(client.post("/accounts/profile/sensitive/", sensitive).status_code)

    assert statuses == [302, 422, 302, 422, 500]
    assert any("ValueError" in line for line in lines)
    assert [line for line in lines if spilled(line)] == []


# --- What is stored


def test_a_sensitive_term_is_stored_in_no_table_as_such(owner: User) -> None:
    term = Experience.objects.get(learner_privacy=P3)

    # Its name stands in the vocabulary alone, and no row but the sealed one hangs on it.
    dump = " ".join(_dump("accounts_sensitiveexperience", "accounts_consententry", "accounts_auditentry"))
    assert (spilled(dump), PersonExperience.objects.filter(experience=term).exists()) == (set(), False)
    assert ConsentEntry.objects.filter(user=owner, is_given=True).count() == 1


@pytest.mark.parametrize(
    "address",
    ["/accounts/profile/", "/accounts/profile/sensitive/", "/accounts/onboarding/?step=road"],
)
def test_the_last_class_is_asked_and_stored_nowhere(owner: User, address: str) -> None:
    client = browser(owner)
    before = PersonExperience.objects.count(), SensitiveExperience.objects.count()
    assert P4 not in spilled(client.get(address).content.decode())

    held = {group: [f"sentinel-{privacy.lower()}"] for group, privacy in (*OPEN.items(), ("road_p3", P3))}
    client.post(address, {"display_name": "Owner", "time_zone": "UTC", **held, "road_p4": ["sentinel-p4"]})

    assert (PersonExperience.objects.count(), SensitiveExperience.objects.count()) == before


def _dump(*tables: str) -> list[str]:
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608  (names of our own tables)
            rows += [row[0] for row in cursor.fetchall()]
    return rows
