"""Words for Premium members, in a preview that was shared by its link, and in the pictures between them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import Revision
from learner_series.services.editorial import OPEN, edit_draft
from learner_series.services.previews import make_preview
from tests.factories.gated import (
    GATES,
    LET_IN,
    PICTURE,
    SECRETS,
    SHUT_OUT,
    TEXT,
    beside,
    browser,
    gated,
    member,
    page,
    spilled,
)
from tests.factories.library import draft, moved, published, republished
from tests.factories.people import staff
from tests.security.answers import closing

pytestmark = pytest.mark.django_db
ADDRESS = f"/learn/images/{PICTURE}"


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("reader", SHUT_OUT)
def test_preview_by_link_shows_the_gate(reader: str, kind: str) -> None:
    response = preview(browser(SHUT_OUT[reader]()), draft_of(kind))
    assert spilled(response.content) == spilled(response.headers) == set()
    assert "premium-part" in response.content.decode()


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("reader", LET_IN)
def test_preview_by_link_shows_all_to_who_may_read_it(reader: str, kind: str) -> None:
    response = preview(browser(LET_IN[reader]()), draft_of(kind))
    assert spilled(response.content) == SECRETS
    assert spilled(response.content.decode().partition("</head>")[0]) == set()


def draft_of(kind: str) -> Revision:
    """A draft with every secret behind a gate of that kind."""
    html, gate = GATES.get(kind, (TEXT, OPEN))
    beside()
    return draft(html=html, gate=gate)


def preview(client: Client, revision: Revision) -> Any:
    """What the shared link of a revision shows."""
    response = client.get(f"/learn/preview/{make_preview(by=staff('editor'), revision=revision)}/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response


@pytest.mark.parametrize("kind", GATES)
def test_preview_closes_when_the_draft_does(kind: str) -> None:
    html, gate = GATES[kind]
    beside()
    revision, client = draft(html=html), browser()
    assert spilled(preview(client, revision).content) == SECRETS
    edit_draft(
        by=staff("editor"), revision=revision, version=1, title="New", summary="So.", html=html, gate=gate
    )
    assert spilled(preview(client, revision).content) == set()


def test_preview_of_one_text_opens_no_other() -> None:
    article = gated("article")
    opened = draft(article, "<p>Everybody may read this.</p>")
    assert spilled(preview(browser(), opened).content) == set()
    assert page(article) == set()


def test_preview_of_what_went_live_leads_to_the_gate() -> None:
    revision = draft_of("article")
    token = make_preview(by=staff("editor"), revision=revision)
    moved(revision, RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.PUBLISHED)
    response = browser().get(f"/learn/preview/{token}/", follow=True)
    assert response.redirect_chain == [(revision.article.get_absolute_url(), 302)]
    assert spilled(response.content) == set()


@pytest.mark.parametrize("fault", ["discarded", "too old", "forged", "of another kind"])
def test_link_that_is_over_shows_nothing_even_to_a_member(fault: str) -> None:
    revision = draft_of("none")
    token = make_preview(by=staff("editor"), revision=revision)
    later = timezone.now() + timedelta(days=8 if fault == "too old" else 0)
    if fault == "discarded":
        moved(revision, RevisionState.RETIRED)
    token = {"forged": f"{token}x", "of another kind": str(revision.pk)}.get(fault, token)
    with time_machine.travel(later):
        response = browser(member()).get(f"/learn/preview/{token}/")
    assert (response.status_code, spilled(response.content)) == (404, set())


# --- Pictures


def see(user: User | None, address: str = ADDRESS, **headers: str) -> tuple[int, str]:
    """How the request for the picture is answered, and who may keep the answer."""
    with closing(browser(user).get(address, headers=headers)) as response:
        return response.status_code, response.get("Cache-Control", "")


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("reader", SHUT_OUT)
def test_picture_behind_a_gate_is_not_there_for_who_may_not_read(reader: str, kind: str) -> None:
    gated(kind)
    assert see(SHUT_OUT[reader]())[0] == 404


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("reader", LET_IN)
def test_picture_behind_a_gate_is_kept_by_nobody_but_its_reader(reader: str, kind: str) -> None:
    gated(kind)
    assert see(LET_IN[reader]()) == (200, "private, no-store")


@pytest.mark.parametrize(
    ("reader", "expected"),
    [("visitor", 404), ("member", 404), ("editor", 200)],
    ids=["visitor", "member", "editor"],
)
@pytest.mark.parametrize("kind", ["none", *GATES])
def test_picture_of_a_draft_is_for_editors(kind: str, reader: str, expected: int) -> None:
    draft_of(kind)
    readers: dict[str, Callable[[], User | None]] = {**SHUT_OUT, **LET_IN}
    assert see(readers[reader]())[0] == expected


def test_picture_of_a_shared_draft_does_not_come_with_the_link() -> None:
    revision = draft_of("none")
    assert PICTURE in preview(browser(), revision).content.decode()
    assert see(None)[0] == 404


def test_picture_is_public_where_one_text_shows_it_to_everybody() -> None:
    gated("section")
    published(html=f'<p>Look.</p><figure><img src="{ADDRESS}" alt="A road"></figure>')
    assert see(None) == (200, "public, max-age=86400, immutable")


@pytest.mark.parametrize("headers", [{"range": "bytes=0-9"}, {"if-none-match": "*"}, {"hx-request": "true"}])
def test_no_header_shows_a_picture(headers: dict[str, str]) -> None:
    gated("section")
    assert see(None, **headers)[0] == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/media/articles/{PICTURE}",
        f"/static/articles/{PICTURE}",
        f"/static/../articles/{PICTURE}",
        f"/articles/{PICTURE}",
        f"/learn/images/articles/{PICTURE}",
        f"/learn/images/{PICTURE.upper()}",
        f"/learn/images/{PICTURE}.",
        f"/learn/images/./{PICTURE}",
    ],
)
def test_picture_has_no_other_address(address: str) -> None:
    gated("section")
    assert see(member(), address)[0] == 404


def test_picture_behind_a_gate_answers_like_none_at_all() -> None:
    before = browser().get(ADDRESS)
    gated("section")
    after = browser().get(ADDRESS)
    assert (after.status_code, after.content) == (before.status_code, before.content)


def test_member_sees_the_picture_of_the_live_text_alone() -> None:
    article = gated("section")
    reader = member()
    assert see(reader)[0] == 200
    republished(
        article, TEXT.replace("<figure>", "<p>").replace("</figure>", "</p>").replace(ADDRESS, "/x"), OPEN
    )
    assert see(reader)[0] == 404
