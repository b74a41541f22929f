"""Staff pages of a revision on its way: the hour of its publication, and its preview link."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import Revision
from learner_series.services.editorial import Gate
from learner_series.services.publishing import move
from tests.factories.library import approved, draft, published
from tests.factories.people import staff
from tests.learner_series.revision_page import change_url, said

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 20, 16, 0, tzinfo=UTC)
HOUR = datetime(2026, 10, 21, 13, 0, tzinfo=UTC)
TOLD = "October 21, 2026, 9 a.m. Eastern Time (13:00 UTC)"
LIST_QUERIES = 7
SCHEDULE_QUERIES = 5


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor who is signed in at NOW."""
    time_machine.move_to(NOW, tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def page_url(page: str, revision: Revision) -> str:
    return reverse(f"admin:learner_series_revision_{page}", args=[revision.pk])


def send(client: Client, revision: Revision, **fields: Any) -> Any:
    filled = {"version": revision.version, "day": "2026-10-21", "hour": "09:00", "zone": "America/New_York"}
    return client.post(page_url("schedule", revision), {**filled, **fields})


def scheduled(by: User) -> Revision:
    return move(by=by, revision=approved(), target=RevisionState.SCHEDULED, now=NOW, at=HOUR)


def in_state(state: RevisionState, by: User) -> Revision:
    if state in (RevisionState.DRAFT, RevisionState.SCHEDULED):
        return draft() if state == RevisionState.DRAFT else scheduled(by)
    revision = approved()
    return (
        revision if state == RevisionState.APPROVED else move(by=by, revision=revision, target=state, now=NOW)
    )


# --- The hour ---


def test_approved_revision_is_scheduled(client: Client, editor: User) -> None:
    revision = approved()
    response = send(client, revision)
    assert Revision.objects.values_list("state", "scheduled_for").get() == (RevisionState.SCHEDULED, HOUR)
    assert said(response) == [f"Revision 1 goes to readers on {TOLD}."]
    assert response["Location"] == change_url(revision)


def test_page_of_the_hour_asks_for_it_in_few_queries(
    client: Client, editor: User, django_assert_num_queries: Any
) -> None:
    revision = approved()
    with django_assert_num_queries(SCHEDULE_QUERIES):
        page = client.get(page_url("schedule", revision))
    assert page.context["form"]["version"].value() == 1
    assert "Readers keep the live text until then." in page.content.decode()


def test_hour_that_comes_twice_is_taken_and_told(client: Client, editor: User) -> None:
    response = send(client, approved(), day="2026-11-01", hour="01:30")
    message = (
        "Revision 1 goes to readers on November 1, 2026, 1:30 a.m. Eastern Time (05:30 UTC). That hour comes"
        " twice on that day, because the clocks change; the first one is taken."
    )
    assert said(response) == [message]


def test_skipped_hour_is_told_beside_the_field(client: Client, editor: User) -> None:
    page = send(client, approved(), day="2027-03-14", hour="02:30")
    assert page.status_code == 422
    assert "That hour does not exist on that day, because the clocks change." in page.content.decode()
    assert Revision.objects.get().state == RevisionState.APPROVED


def test_unapproved_revision_is_not_scheduled(client: Client, editor: User) -> None:
    page = send(client, draft())
    assert page.status_code == 422
    assert "A revision can&#x27;t go from “Draft” to “Scheduled”." in page.content.decode()
    assert Revision.objects.get().state == RevisionState.DRAFT


def test_revision_that_changed_meanwhile_is_not_scheduled(client: Client, editor: User) -> None:
    revision = approved()
    response = send(client, revision, version=7)
    assert said(response) == [
        "Somebody else saved this revision after you had opened it. Please read it again."
    ]
    assert response["Location"] == change_url(revision)
    assert Revision.objects.get().state == RevisionState.APPROVED


def test_page_of_a_scheduled_revision_shows_the_hour(client: Client, editor: User) -> None:
    assert TOLD in client.get(change_url(scheduled(editor))).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_shows_the_hour_in_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        scheduled(editor)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse("admin:learner_series_revision_changelist"))
    assert page.content.decode().count(TOLD) == count


def test_list_does_not_read_the_texts(client: Client, editor: User) -> None:
    draft()
    page = client.get(reverse("admin:learner_series_revision_changelist"))
    (row,) = page.context["cl"].result_list
    assert {"html", "text", "open_html", "open_text", "import_report"} <= row.get_deferred_fields()


@pytest.mark.parametrize(
    ("state", "pages"),
    [
        (RevisionState.DRAFT, ["preview_link"]),
        (RevisionState.APPROVED, ["schedule", "preview_link"]),
        (RevisionState.SCHEDULED, ["preview_link"]),
        (RevisionState.PUBLISHED, []),
    ],
)
def test_page_leads_to_what_its_state_allows(
    client: Client, editor: User, state: RevisionState, pages: list[str]
) -> None:
    made = in_state(state, editor)
    html = client.get(change_url(made)).content.decode()
    assert [
        page for page in ("schedule", "preview_link") if f'href="{page_url(page, made)}"' in html
    ] == pages


@pytest.mark.parametrize("page", ["schedule", "preview_link"])
def test_pages_of_an_unknown_revision_are_not_found(client: Client, editor: User, page: str) -> None:
    assert client.get(reverse(f"admin:learner_series_revision_{page}", args=[0])).status_code == 404


# --- The link ---


def preview_in(page: Any) -> str:
    found = re.search(r'value="(http://testserver/learn/preview/[^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_preview_link_opens_for_whoever_has_it(client: Client, editor: User) -> None:
    revision = draft(html="<p>Words on their way.</p>")
    page = client.get(page_url("preview_link", revision))
    assert "It opens until October 27, 2026, noon Eastern Time (16:00 UTC)." in page.content.decode()
    shown = Client().get(preview_in(page).removeprefix("http://testserver"))
    assert "Words on their way." in shown.content.decode()


def test_preview_link_ends_after_a_week(
    client: Client, editor: User, time_machine: TimeMachineFixture
) -> None:
    url = preview_in(client.get(page_url("preview_link", draft()))).removeprefix("http://testserver")
    time_machine.shift(7 * 86_400 - 1)
    assert Client().get(url).status_code == 200
    time_machine.shift(2)
    assert Client().get(url).status_code == 404


@pytest.mark.parametrize(("gate", "is_told"), [(Gate(), False), (Gate(is_premium=True), True)])
def test_preview_page_says_what_reviewers_without_premium_see(
    client: Client, editor: User, gate: Gate, is_told: bool
) -> None:
    page = client.get(page_url("preview_link", draft(gate=gate))).content.decode()
    assert ("reviewers without Premium" in page) is is_told


def test_published_revision_has_no_preview(client: Client, editor: User) -> None:
    live = published().live
    assert live is not None
    response = client.get(page_url("preview_link", live))
    assert said(response) == ["Only a revision on its way has a preview, and only editors share it."]
    assert response["Location"] == change_url(live)
