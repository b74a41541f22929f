"""Words for Premium members while their article is opened, closed, copied, restored, imported, retired."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from learner_series.handlers import publish_scheduled, retire_by_date
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision
from learner_series.services.editorial import OPEN, Gate, copy_to_draft, edit_draft, gate_of
from learner_series.services.front_matter import FrontMatter
from learner_series.services.importing import import_article, read_document
from tests.factories.gated import (
    ANCHOR,
    GATES,
    PHRASE,
    PICTURE,
    SECRETS,
    TEXT,
    WHOLE,
    beside,
    browser,
    found,
    gated,
    member,
    page,
    spilled,
)
from tests.factories.library import approved, draft, moved, published, republished
from tests.factories.people import staff

pytestmark = pytest.mark.django_db
MARKDOWN = f"""---
title: About the gate
summary: In short.
{{front}}
---
Everybody may read this.

## Open part

So may everybody this.

## Closed part

{PHRASE}

## Last part

The end.
"""


# --- Closed and opened


@pytest.mark.parametrize("kind", GATES)
def test_words_that_were_open_are_gone_everywhere_once_they_are_closed(kind: str) -> None:
    visitor, article = browser(), gated("none", slug="open-once")
    assert page(article, visitor) == SECRETS
    assert found(f'"{PHRASE}"') == [article]
    html, gate = GATES[kind]
    article = republished(article, html, gate)
    assert page(article, visitor) == page(article) == set()
    assert found(PHRASE) == []
    assert visitor.get(f"/learn/images/{PICTURE}").status_code == 404
    for path in ("/", "/learn/", "/learn/feed.xml", "/learn/?q=everybody"):
        assert spilled(visitor.get(path).content) == set()
    assert page(article, browser(member())) == SECRETS


@pytest.mark.parametrize("kind", GATES)
def test_words_are_everywhere_once_they_are_opened(kind: str) -> None:
    visitor, article = browser(), gated(kind)
    assert page(article, visitor) == set()
    article = republished(article, TEXT, OPEN)
    assert page(article, visitor) == SECRETS
    assert found(f'"{PHRASE}"') == [article]
    assert visitor.get(f"/learn/images/{PICTURE}").status_code == 200


def test_gate_may_move_to_another_section() -> None:
    article = gated("section")
    republished(article, TEXT, Gate(sections=("last-part",)))
    text = browser().get(article.get_absolute_url()).content.decode()
    assert spilled(text) == SECRETS
    assert "The end." not in text


def test_words_changed_by_hand_in_the_database_are_served_by_no_cache() -> None:
    article = gated("none")
    assert page(article) == SECRETS
    # What an operator does when a word must go at once, and what a restored backup looks like.
    Revision.objects.filter(live_article=article).update(html="<p>Gone.</p>", open_html="<p>Gone.</p>")
    assert page(article) == page(article, browser(member())) == set()


# --- On the way


@pytest.mark.parametrize("state", ["draft", "in review", "approved", "scheduled"])
@pytest.mark.parametrize("reader", ["visitor", "member"])
def test_words_on_their_way_are_nobodys_yet(state: str, reader: str) -> None:
    beside()
    article = published(html="<p>Everybody may read this.</p>", gate=OPEN)
    coming = draft(article, TEXT)
    steps = [RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.SCHEDULED]
    for step in steps[: ["draft", "in review", "approved", "scheduled"].index(state)]:
        coming = moved(coming, step, **({"at": tomorrow()} if step == RevisionState.SCHEDULED else {}))
    client = browser(member() if reader == "member" else None)
    assert page(article, client) == set()
    assert found(PHRASE) == []
    assert client.get(f"/learn/images/{PICTURE}").status_code == 404


def test_gate_that_is_scheduled_closes_at_its_hour() -> None:
    article = gated("none")
    moved(approved(article, TEXT, WHOLE), RevisionState.SCHEDULED, at=tomorrow())
    publish_scheduled("slot")
    assert page(article) == SECRETS
    with time_machine.travel(tomorrow() + timedelta(minutes=1)):
        publish_scheduled("slot")
        assert page(article) == set()


def tomorrow() -> Any:
    return timezone.now() + timedelta(days=1)


# --- Gone


@pytest.mark.parametrize("reader", ["visitor", "member"])
@pytest.mark.parametrize("how", ["by hand", "by date"])
def test_retired_article_is_gone_with_its_words(how: str, reader: str) -> None:
    article = gated(slug="gone")
    Article.objects.update(expires_on=timezone.localdate())
    client = browser(member() if reader == "member" else None)
    client.get(article.get_absolute_url())
    if how == "by date":
        retire_by_date("slot")
    else:
        assert article.live is not None
        moved(article.live, RevisionState.RETIRED)
    response = client.get(article.get_absolute_url())
    assert (response.status_code, spilled(response.content)) == (404, set())
    assert found("everybody") == []
    assert client.get(f"/learn/images/{PICTURE}").status_code == 404
    for path in ("/learn/", "/learn/feed.xml", "/sitemap-articles.xml"):
        assert article.get_absolute_url() not in client.get(path).content.decode()


@pytest.mark.parametrize("reader", ["visitor", "member"])
def test_words_that_were_replaced_are_gone(reader: str) -> None:
    article = gated("none")
    client = browser(member() if reader == "member" else None)
    assert page(article, client) == SECRETS
    article = republished(article, "<p>Everybody may read this.</p>")
    assert page(article, client) == set()
    assert found(PHRASE) == []
    assert client.get(f"/learn/images/{PICTURE}").status_code == 404
    for query in ("revision=1", "version=1", "number=1"):
        response = client.get(f"{article.get_absolute_url()}?{query}")
        assert spilled(response.content) == set()


# --- Copied, restored, edited


@pytest.mark.parametrize("kind", GATES)
def test_old_open_words_are_restored_behind_the_gate_that_stands_now(kind: str) -> None:
    html, gate = GATES[kind]
    beside()
    article = published(html=html)
    before = article.revisions.get()
    republished(article, html, gate)
    restored = copy_to_draft(by=staff("editor"), revision=before)
    assert gate_of(restored) == gate
    assert spilled(restored.open_html) == set()
    assert page(article) == set()


def test_restored_words_without_the_gated_section_are_closed_as_a_whole() -> None:
    beside()
    article = published(html=TEXT.replace("Closed part", "Former name"))
    before = article.revisions.get()
    republished(article, TEXT, GATES["section"][1])
    restored = copy_to_draft(by=staff("editor"), revision=before)
    assert gate_of(restored) == WHOLE
    assert [(row["count"], row["example"]) for row in restored.import_report] == [(1, ANCHOR)]


def test_restored_words_keep_their_own_closed_sections_too() -> None:
    beside()
    article = published(html=TEXT, gate=Gate(sections=("last-part",)))
    before = article.revisions.get()
    republished(article, TEXT, GATES["section"][1])
    restored = copy_to_draft(by=staff("editor"), revision=before)
    assert gate_of(restored) == Gate(sections=("last-part", ANCHOR))


def test_article_restored_after_its_retirement_stays_closed() -> None:
    article = gated("none")
    before = article.revisions.get()
    article = republished(article, TEXT, WHOLE)
    assert article.live is not None
    moved(article.live, RevisionState.RETIRED)
    assert gate_of(copy_to_draft(by=staff("editor"), revision=before)) == WHOLE


def test_what_an_editor_opened_stays_open_in_a_copy() -> None:
    article = gated("article")
    opened = draft(article, TEXT)
    # A draft that nobody was ever shown closes nothing either.
    draft(article, TEXT, WHOLE)
    assert gate_of(copy_to_draft(by=staff("editor"), revision=opened)) == OPEN


@pytest.mark.parametrize("kind", GATES)
def test_edit_that_says_nothing_of_the_gate_leaves_it_closed(kind: str) -> None:
    html, gate = GATES[kind]
    beside()
    revision = draft(html=html, gate=gate)
    edited = edit_draft(
        by=staff("editor"), revision=revision, version=1, title="New", summary="In short.", html=html
    )
    assert gate_of(edited) == gate
    assert spilled(edited.open_html) == set()


# --- Imported


def imported(front: str, **more: Any) -> Revision:
    """The draft of a Markdown document with this line in its front matter."""
    document = read_document(name="gate.md", data=MARKDOWN.format(front=front).encode())
    about = FrontMatter(document.about)
    return import_article(
        by=staff("editor"), imported=document, slug="imported", series=None, about=about, **more
    )


@pytest.mark.parametrize(
    "front",
    [
        *(f"premium: {word}" for word in ("yes", "Yes", "true", "on", "1", "members")),
        f"premium_sections: {ANCHOR}",
        f"premium_sections:\n  - {ANCHOR}\n  - last-part",
    ],
)
def test_imported_document_is_closed_as_it_says(front: str) -> None:
    revision = imported(front)
    assert "zyzzyvawords" in revision.html
    assert spilled([revision.open_html, revision.open_text]) == set()
    article = moved(
        revision, RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.PUBLISHED
    ).article
    assert page(article) == set()
    assert page(article, browser(member())) == {"zyzzyvawords"}
    assert found(PHRASE) == []


@pytest.mark.parametrize("front", ["premium: no", "premium: false", "premium:", "author: nobody"])
def test_imported_document_is_open_when_it_says_so_or_nothing(front: str) -> None:
    assert spilled(imported(front).open_html) == {"zyzzyvawords"}


@pytest.mark.parametrize("front", ["premium: yes", f"premium_sections: {ANCHOR}"])
def test_document_imported_again_without_a_word_of_it_stays_closed(front: str) -> None:
    imported(front)
    again = imported("author: nobody")
    assert (again.number, again.is_gated) == (2, True)
    assert spilled([again.open_html, again.open_text]) == set()
