"""Words for Premium members, on the page of their article: who gets them, and in which part of the answer."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from learner_series.models import Article, Revision
from tests.factories.gated import (
    BESIDE,
    GATES,
    LET_IN,
    OPEN_WORDS,
    SECRETS,
    SHUT_OUT,
    browser,
    gated,
    member,
    spilled,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=GATES)
def article(request: pytest.FixtureRequest) -> Article:
    """A published article with every secret behind each kind of gate."""
    return gated(request.param)


def read(client: Client, article: Article, **headers: str) -> str:
    """The page of an article, headers of the answer included."""
    response = client.get(article.get_absolute_url(), headers=headers)
    assert response.status_code == 200
    return f"{response.headers}\n{response.content.decode()}"


# --- Who


@pytest.mark.parametrize("reader", SHUT_OUT)
def test_who_has_no_premium_reads_the_opening_alone(reader: str, article: Article) -> None:
    page = read(browser(SHUT_OUT[reader]()), article)
    assert OPEN_WORDS in page
    assert spilled(page) == set()


@pytest.mark.parametrize("reader", LET_IN)
def test_who_has_premium_or_edits_reads_every_word(reader: str, article: Article) -> None:
    page = read(browser(LET_IN[reader]()), article)
    assert OPEN_WORDS in page
    assert spilled(page) == SECRETS


def test_headings_behind_a_gate_are_for_everybody(article: Article) -> None:
    page = read(browser(), article)
    assert all(words in page for words in ("Closed part", "Last part"))


def test_database_row_for_a_visitor_has_no_gated_word(article: Article) -> None:
    row = Revision.objects.for_visitors().get(live_article=article)
    assert spilled(vars(row)) == set()
    whole = Revision.objects.get(live_article=article)
    assert spilled([whole.open_html, whole.open_text]) == set()
    assert spilled(whole.html) == SECRETS - BESIDE


def test_open_part_is_counted_without_the_gated_words(article: Article) -> None:
    whole = Revision.objects.get(live_article=article)
    assert whole.open_word_count == len(whole.open_text.split()) < whole.word_count
    assert (article.open_word_count, article.word_count) == (whole.open_word_count, whole.word_count)


# --- What the page says of itself


def test_head_of_the_page_has_summary_and_no_text(article: Article) -> None:
    head = read(browser(member()), article).partition("</head>")[0]
    metas = re.findall(r'<meta\s[^>]*(?:name="description"|property="og:[a-z]+")[^>]*>', head)
    assert sum("In short." in meta for meta in metas) == 2
    assert spilled(head) == set()


def test_structured_data_says_what_is_closed_and_nothing_of_it(article: Article) -> None:
    page = read(browser(member()), article)
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    about = data["@graph"][0]
    assert about["isAccessibleForFree"] is False
    assert about["hasPart"] == {
        "@type": "WebPageElement",
        "isAccessibleForFree": False,
        "cssSelector": ".premium-part",
    }
    assert spilled(data) == set()


def test_gate_stands_where_structured_data_says(article: Article) -> None:
    assert re.search(r'class="[^"]*\bpremium-part\b', read(browser(), article))


# --- In which way it is asked for


def test_no_header_opens_the_gate(article: Article) -> None:
    client = browser(UserFactory.create())
    for headers in (
        {"hx-request": "true"},
        {"hx-request": "true", "hx-boosted": "true", "hx-target": "main"},
        {"x-requested-with": "XMLHttpRequest"},
        {"accept": "application/json"},
        {"accept": "text/plain"},
        {"range": "bytes=0-99999"},
        {"user-agent": "Googlebot/2.1"},
        {"purpose": "prefetch"},
    ):
        assert (headers, spilled(read(client, article, **headers))) == (headers, set())


def test_no_query_opens_the_gate(article: Article) -> None:
    client = browser()
    for query in ("premium=1", "preview=1", "print=1", "amp=1", "format=json", "page=all", "part=all"):
        response = client.get(f"{article.get_absolute_url()}?{query}")
        assert (query, response.status_code, spilled(response.content)) == (query, 200, set())


def test_head_request_says_nothing_of_the_words(article: Article) -> None:
    response = browser().head(article.get_absolute_url())
    assert (response.status_code, response.content) == (200, b"")
    assert spilled(response.headers) == set()


def test_member_page_is_no_match_for_a_visitor(article: Article) -> None:
    full = browser(member()).get(article.get_absolute_url())
    marks = {"if-none-match": full.get("ETag", '"any"'), "if-modified-since": full.get("Last-Modified", NOW)}
    response = browser().get(article.get_absolute_url(), headers=marks)
    assert response.status_code == 200
    assert spilled(response.content) == set()


NOW = "Sun, 22 Nov 2026 12:00:00 GMT"


# --- What is kept for the next reader


def test_page_of_a_member_is_kept_nowhere(article: Article) -> None:
    response = browser(member()).get(article.get_absolute_url())
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert "Cookie" in response["Vary"]
    assert "ETag" not in response


def test_page_of_a_visitor_is_the_same_for_every_visitor(article: Article) -> None:
    first, second = (browser().get(article.get_absolute_url()) for _ in range(2))
    assert first.content == second.content
    assert (first.cookies, first.get("Cache-Control")) == ({}, None)


def test_open_article_says_that_it_is_free(client: Client) -> None:
    page = read(client, gated("none"))
    assert '"isAccessibleForFree": true' in page
    assert spilled(page) == SECRETS


@pytest.mark.parametrize("order", ["member first", "visitor first"])
def test_text_kept_for_one_reader_is_not_given_to_another(order: str, article: Article) -> None:
    readers: list[tuple[Any, set[str]]] = [(member, set(SECRETS)), (lambda: None, set())]
    if order == "visitor first":
        readers.reverse()
    # Twice each: the first fills what is kept, the second is served from it.
    for person, expected in [*readers, *readers]:
        assert spilled(read(browser(person()), article)) == expected


def test_gate_closes_in_the_same_browser_when_the_grant_ends(article: Article) -> None:
    reader = member()
    client = browser(reader)
    assert spilled(read(client, article)) == SECRETS
    reader.access_grants.update(ended_at=reader.access_grants.get().starts_at)
    assert spilled(read(client, article)) == set()


def test_gate_closes_in_the_same_browser_after_signing_out(article: Article) -> None:
    client = browser(member())
    assert spilled(read(client, article)) == SECRETS
    client.logout()
    assert spilled(read(client, article)) == set()


def test_reader_who_was_deactivated_is_a_visitor(article: Article) -> None:
    reader = member()
    client = browser(reader)
    reader.is_active = False
    reader.save()
    assert spilled(read(client, article)) == set()
