"""Articles for feed readers: valid Atom, the newest first, nothing gated."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from learner_series.models import Article, ArticleAuthor, Revision
from learner_series.pages.feed import ENTRIES
from learner_series.services.editorial import Gate
from tests.factories.library import draft, published, republished
from tests.factories.memberships import GrantFactory
from tests.factories.people import TopicFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
FEED = "/learn/feed.xml"
ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(client: Client) -> ET.Element:
    """The root of the feed, which is well-formed XML."""
    return ET.fromstring(client.get(FEED).content)  # noqa: S314  (we wrote it)


def entries(client: Client) -> list[ET.Element]:
    return read(client).findall(f"{ATOM}entry")


def words(element: ET.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def test_feed_says_what_it_is_and_where(client: Client) -> None:
    published()
    response = client.get(FEED)
    root = read(client)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert (root.tag, words(root, "title")) == (f"{ATOM}feed", "The Learner Series · Project BreakThru")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://testserver/learn/", "self": "http://testserver/learn/feed.xml"}
    assert words(root, "id") == "http://testserver/learn/"


def test_each_entry_has_what_rfc_4287_asks_for(client: Client) -> None:
    article = published(slug="why", title="Why & how", summary="Because < that.")
    for order, name in enumerate(("Ada", "Ben")):
        user = UserFactory.create(display_name=name)
        ArticleAuthor.objects.create(article=article, user=user, order=order)
    article.topics.add(TopicFactory.create(name="Mentors"))
    (entry,) = entries(client)
    assert [words(entry, name) for name in ("id", "title", "summary")] == [
        "http://testserver/learn/why/", "Why & how", "Because < that.",
    ]  # fmt: skip
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == ["http://testserver/learn/why/"]
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada, Ben"
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == ["Mentors"]


def test_an_entry_keeps_its_first_date_and_tells_the_last(client: Client) -> None:
    article = republished(published())
    Article.objects.filter(pk=article.pk).update(published_at=NOON)
    Revision.objects.filter(live_article=article).update(published_at=NOON + timedelta(days=3))
    (entry,) = entries(client)
    assert (words(entry, "published"), words(entry, "updated")) == (
        "2026-11-22T12:00:00+00:00", "2026-11-25T12:00:00+00:00",
    )  # fmt: skip


def test_the_newest_come_first_and_no_more_than_thirty(client: Client) -> None:
    made = [published() for _ in range(ENTRIES + 1)]
    expected = [article.title for article in reversed(made)][:ENTRIES]
    assert [words(entry, "title") for entry in entries(client)] == expected


def test_what_is_not_published_is_not_in_it(client: Client) -> None:
    draft(article=published(title="Out"), html="<p>Coming words.</p>")
    draft(title="Soon")
    assert [words(entry, "title") for entry in entries(client)] == ["Out"]
    assert "Coming words." not in client.get(FEED).content.decode()


def test_feed_of_nothing_is_a_feed(client: Client) -> None:
    assert entries(client) == []


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("part",))], ids=["all", "section"])
@pytest.mark.parametrize("who", ["visitor", "premium", "editor"])
def test_no_gated_word_is_in_it_whoever_asks(client: Client, gate: Gate, who: str) -> None:
    published(html="<p>Public.</p><h2>Part</h2><p>Secret words.</p>", gate=gate)
    if who != "visitor":
        client.force_login(GrantFactory.create().user if who == "premium" else staff("editor"))
    page = client.get(FEED).content.decode()
    assert ("<entry>" in page, "Secret" in page) == (True, False)


def test_a_title_that_is_markup_is_text(client: Client) -> None:
    title = "</title><script>alert(1)</script>]]>"
    published(title=title)
    assert [words(entry, "title") for entry in entries(client)] == [title]
    assert "<script" not in client.get(FEED).content.decode()


def test_a_title_with_a_sign_that_no_xml_takes_does_not_stop_the_feed(client: Client) -> None:
    published(title="Why\x0b so")
    assert [words(entry, "title") for entry in entries(client)] == ["Why so"]


@override_settings(SITE_URL="https://breakthru.example", ALLOWED_HOSTS=["other.example"])
def test_addresses_are_those_of_the_site_whatever_name_the_request_came_by(client: Client) -> None:
    published()
    page = client.get(FEED, headers={"host": "other.example"}).content.decode()
    assert ("other.example" in page, page.count("https://breakthru.example/learn/feed.xml")) == (False, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_feed_takes_three_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        article = published()
        article.topics.add(TopicFactory.create())
        ArticleAuthor.objects.create(article=article, user=UserFactory.create())
    with django_assert_num_queries(3):
        assert client.get(FEED).status_code == 200


def test_feed_is_only_read_and_sets_no_cookie(client: Client) -> None:
    assert not client.get(FEED).cookies
    assert client.post(FEED).status_code == 405
