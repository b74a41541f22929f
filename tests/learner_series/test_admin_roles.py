"""Who may open which staff page of the Learner Series."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.library import (
    ArticleFactory,
    CalendarEntryFactory,
    FactCardFactory,
    NextStepFactory,
    approved,
    draft,
)
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

GROUPS = ("editor", "moderator", "coordinator", "safeguarding lead", "billing", "analyst")


def page(name: str, make: Callable[[], Any] | None = None) -> Callable[[], str]:
    """The address of a staff page, of an object of its own if it is about one."""
    return lambda: reverse(f"admin:learner_series_{name}", args=[make().pk] if make else [])


PAGES = {
    "stale": page("article_stale"),
    "unhelpful": page("article_unhelpful"),
    "versions": page("article_versions", lambda: draft().article),
    "compare": page("article_compare", lambda: draft().article),
    "feedback": page("article_feedback", ArticleFactory.create),
    "schedule": page("revision_schedule", approved),
    "preview": page("revision_preview_link", draft),
    "offers": page("nextstep_offers"),
    "facts": page("factcard_changelist"),
    "fact": page("factcard_change", FactCardFactory.create),
    "step": page("nextstep_change", NextStepFactory.create),
    "entry": page("calendarentry_change", CalendarEntryFactory.create),
}


def status(client: Client, name: str, group: str) -> int:
    client.force_login(staff(group))
    return client.get(PAGES[name]()).status_code


@pytest.mark.parametrize("name", PAGES)
def test_page_is_for_editors_alone(client: Client, name: str) -> None:
    found = {group: status(client, name, group) for group in GROUPS}
    assert found == dict.fromkeys(GROUPS, 403) | {"editor": 200}


@pytest.mark.parametrize("name", PAGES)
def test_page_asks_others_to_sign_in_as_staff(client: Client, name: str) -> None:
    url = PAGES[name]()
    assert client.get(url)["Location"].startswith("/accounts/login/")
    client.force_login(UserFactory.create())
    assert client.get(url)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("group", GROUPS)
def test_presence_is_for_editors_alone(client: Client, group: str) -> None:
    client.force_login(staff(group))
    response = client.post(page("revision_presence", draft)())
    assert response.status_code == (200 if group == "editor" else 403)


def test_presence_is_told_by_post_alone(client: Client) -> None:
    client.force_login(staff("editor"))
    assert client.get(page("revision_presence", draft)()).status_code == 405


@pytest.mark.parametrize("group", GROUPS)
def test_earlier_words_are_restored_by_editors_alone(client: Client, group: str) -> None:
    client.force_login(staff(group))
    article = draft().article
    client.post(reverse("admin:learner_series_article_versions", args=[article.pk]), {"number": "1"})
    assert article.revisions.count() == (2 if group == "editor" else 1)
