"""What search engines may list."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from breakthru.sitemaps import SITEMAPS, ArticleSitemap
from feed.models import Question
from feed.models.question import Visibility
from learner_series.models import Article, PlainPage, Revision
from learner_series.models.page import PageSlug
from learner_series.services.editorial import Gate
from tests.factories.library import ArticleFactory, SeriesFactory, draft, published
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows(client: Client, path: str) -> list[tuple[str, str]]:
    """Address and date of each row of a sitemap or of their index."""
    root = ET.fromstring(client.get(path).content)  # noqa: S314  (we wrote it)
    return [(row.findtext(f"{NS}loc") or "", row.findtext(f"{NS}lastmod") or "") for row in root]


def paths(client: Client, section: str) -> list[str]:
    found = [loc for loc, _ in rows(client, f"/sitemap-{section}.xml")]
    assert all(loc.startswith("http://testserver/") for loc in found)
    return [loc.removeprefix("http://testserver") for loc in found]


def test_index_lists_one_file_for_each_kind_of_page(client: Client) -> None:
    assert [loc for loc, _ in rows(client, "/sitemap.xml")] == [
        f"http://testserver/sitemap-{section}.xml" for section in SITEMAPS
    ]


def test_index_tells_when_articles_and_questions_changed_last(client: Client) -> None:
    for days in (0, 3):
        Revision.objects.filter(live_article=published()).update(published_at=NOON - timedelta(days=days))
        question = QuestionFactory.create(asked_at=timezone.now())
        Question.objects.filter(pk=question.pk).update(active_at=NOON - timedelta(days=days + 1))
    found = {loc.rpartition("-")[2]: day for loc, day in rows(client, "/sitemap.xml")}
    # The index has instants where the lists have days.
    assert (found["articles.xml"], found["questions.xml"]) == (NOON.isoformat(), "2026-11-21T12:00:00+00:00")


@pytest.mark.parametrize("count", [1, 3])
def test_index_reads_no_row_of_the_long_lists(client: Client, count: int) -> None:
    for _ in range(count):
        published()
        answered()
    with CaptureQueriesContext(connection) as queries:
        client.get("/sitemap.xml")
    assert [row["sql"] for row in queries if '"slug"' in row["sql"] and "plainpage" not in row["sql"]] == []


def test_index_has_a_file_for_each_five_thousand(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleSitemap, "limit", 2)
    made = [published() for _ in range(3)]
    found = [loc for loc, _ in rows(client, "/sitemap.xml") if "articles" in loc]
    assert found == [
        "http://testserver/sitemap-articles.xml",
        "http://testserver/sitemap-articles.xml?p=2",
    ]
    assert rows(client, "/sitemap-articles.xml?p=2")[0][0] == f"http://testserver/learn/{made[2].slug}/"


def test_every_page_that_is_listed_can_be_opened(client: Client) -> None:
    series = SeriesFactory.create()
    published(series=series)
    published(html="<p>Public.</p><p>Secret.</p>", gate=Gate(is_premium=True))
    answered()
    listed = [path for section in SITEMAPS for path in paths(client, section)]
    assert len(listed) == 5 + 5 + 2 + 1 + 1
    assert {path: code for path in listed if (code := client.get(path).status_code) != 200} == {}


def test_pages_are_those_that_always_stand(client: Client) -> None:
    assert paths(client, "pages") == ["/", "/learn/", "/feed/", "/membership/", "/mentorship/"]


def test_plain_pages_have_the_date_of_their_last_change(client: Client) -> None:
    PlainPage.objects.update(changed_at=NOON)
    assert rows(client, "/sitemap-plain.xml") == [
        (f"http://testserver/{slug}/", "2026-11-22") for slug in sorted(PageSlug.values)
    ]


def test_articles_are_the_published_ones_with_the_date_of_their_words(client: Client) -> None:
    article = published(slug="why")
    draft(slug="soon")
    Revision.objects.filter(live_article=article).update(published_at=NOON)
    Article.objects.filter(pk=article.pk).update(published_at=NOON - timedelta(days=9))
    assert rows(client, "/sitemap-articles.xml") == [("http://testserver/learn/why/", "2026-11-22")]


def test_series_are_those_with_something_to_read(client: Client) -> None:
    published(series=SeriesFactory.create(slug="getting-in"))
    ArticleFactory.create(series=SeriesFactory.create(slug="empty"))
    assert paths(client, "series") == ["/learn/series/getting-in/"]


def test_questions_are_the_answered_and_the_young_ones(client: Client) -> None:
    now = timezone.now()
    old = {"asked_at": now - timedelta(days=31)}
    young = QuestionFactory.create(asked_at=now - timedelta(days=29))
    kept = answered(QuestionFactory.create(**old)).question
    QuestionFactory.create(**old)
    for visibility in (Visibility.HELD, Visibility.HIDDEN):
        QuestionFactory.create(visibility=visibility)
    assert paths(client, "questions") == [kept.get_absolute_url(), young.get_absolute_url()]
    Question.objects.update(active_at=NOON)
    assert {date for _, date in rows(client, "/sitemap-questions.xml")} == {"2026-11-22"}


@pytest.mark.parametrize("section", ["drafts", "users", "x" * 500])
def test_unknown_kind_of_page_is_404(client: Client, section: str) -> None:
    assert client.get(f"/sitemap-{section}.xml").status_code == 404


@pytest.mark.parametrize("page", ["0", "2", "x", "%00", "-1", "9" * 30])
def test_unknown_part_of_a_sitemap_is_404(client: Client, page: str) -> None:
    assert client.get(f"/sitemap-articles.xml?p={page}").status_code == 404


@override_settings(SITE_URL="https://breakthru.example", ALLOWED_HOSTS=["testserver", "other.example"])
def test_addresses_are_those_of_the_site_whatever_name_the_request_came_by(client: Client) -> None:
    published(slug="why")
    for path in ("/sitemap.xml", "/sitemap-articles.xml", "/sitemap-pages.xml"):
        page = client.get(path, headers={"host": "other.example"}).content.decode()
        assert "other.example" not in page
        assert "https://breakthru.example/" in page


@pytest.mark.parametrize(
    ("section", "queries"), [("pages", 0), ("plain", 2), ("articles", 2), ("series", 2), ("questions", 2)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_sitemap_takes_the_same_queries_however_much_there_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, section: str, queries: int, count: int
) -> None:
    for _ in range(count):
        published(series=SeriesFactory.create())
        QuestionFactory.create()
    with django_assert_num_queries(queries):
        assert client.get(f"/sitemap-{section}.xml").status_code == 200


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-articles.xml"])
def test_sitemaps_are_only_read_and_set_no_cookie(client: Client, path: str) -> None:
    assert not client.get(path).cookies
    assert client.post(path).status_code == 405


def test_robots_name_the_sitemap(client: Client) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
