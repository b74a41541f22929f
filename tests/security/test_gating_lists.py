"""Words for Premium members, wherever articles are listed, found or handed to machines."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.models import User
from learner_series.models import Article, RelatedArticle
from learner_series.services.editorial import OPEN, Gate
from learner_series.services.publishing import index_words
from learner_series.services.reading import record_progress, save_article
from learner_series.services.relating import relate_article
from tests.factories.gated import (
    BESIDE,
    GATES,
    PHRASE,
    SECRETS,
    SHUT_OUT,
    TEXT,
    beside,
    browser,
    found,
    gated,
    member,
    spilled,
)
from tests.factories.library import SeriesFactory, published
from tests.factories.people import TopicFactory, staff

pytestmark = pytest.mark.django_db
LISTS = (
    "/learn/",
    "/learn/?topic=gates",
    "/learn/?saved=on",
    "/learn/?q=everybody&topic=gates",
    "/learn/series/row/",
    "/feed/",
    "/membership/",
    "/mentorship/",
    "/learn/feed.xml",
    "/sitemap.xml",
    "/sitemap-articles.xml",
    "/sitemap-series.xml",
    "/sitemap-pages.xml",
    "/robots.txt",
)
READERS: dict[str, Callable[[], User | None]] = {
    "visitor": SHUT_OUT["visitor"],
    "learner": SHUT_OUT["learner"],
    # Who may read every word is shown none in a list either: lists are made of open words alone.
    "member": member,
    "editor": lambda: staff("editor"),
}


@pytest.fixture(params=GATES)
def article(request: pytest.FixtureRequest) -> Article:
    """A published article with a topic and a series, and every secret behind each kind of gate."""
    made = gated(request.param, series=SeriesFactory.create(slug="row"), position=1)
    made.topics.add(TopicFactory.create(slug="gates"))
    return made


# --- Search


@pytest.mark.parametrize("reader", READERS)
def test_search_finds_no_gated_word(reader: str, article: Article) -> None:
    user = READERS[reader]()
    assert found("everybody road", user) == [article]
    assert [word for word in SECRETS if found(word, user)] == []


@pytest.mark.parametrize(
    "words",
    [
        PHRASE,
        f'"{PHRASE}"',
        '"zyzzyvawords"',
        "ZYZZYVAWORDS",
        "zyzzyva",
        "zyzzyva*",
        "zyzzyva:*",
        "zyzzyvawords:A",
        "zyzzyvawords or zyzzyvacell",
        "everybody zyzzyvawords",
        '"begins zyzzyvawords"',
        "zyzzyvapicture.webp",
        "example.org/zyzzyvahref",
        "%zyzzyva%",
    ],
)
def test_no_way_to_write_a_search_finds_gated_words(words: str, article: Article) -> None:
    assert found(words) == []


@pytest.mark.parametrize("word", sorted(SECRETS))
def test_search_without_a_gated_word_does_not_tell_that_it_is_there(word: str) -> None:
    article = gated()
    assert found(f"everybody -{word}") == [article]
    assert found(f"everybody or {word}") == [article]


@pytest.mark.parametrize("words", ["everybody road", "closed part", "last part", "note", "link", "item", "x"])
def test_excerpt_of_a_search_has_open_words_alone(words: str, article: Article) -> None:
    response = browser(member()).get(f"/learn/?{urlencode({'q': words})}")
    assert spilled([row.found for row in response.context["page"].items]) == set()
    assert spilled(response.content) == set()


def test_rank_does_not_tell_what_stands_behind_the_gate() -> None:
    open_words = "<p>Roads begin everywhere and lead on.</p><h2>Closed part</h2>"
    gate = GATES["section"][1]
    rich = published(html=f"{open_words}<p>Roads, roads, roads.</p>", gate=gate, title="Same")
    poor = published(html=f"{open_words}<p>Other.</p>", gate=gate, title="Same")
    ranks = {row.pk: row.rank for row in Article.objects.search("roads")}  # type: ignore[attr-defined]  # annotated
    assert ranks[rich.pk] == ranks[poor.pk]


def test_search_column_has_no_gated_word(article: Article) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT search::text FROM learner_series_article WHERE id = %s", [article.pk])
        column = cursor.fetchone()[0]
    assert "everybodi" in column
    assert spilled(column) == set()


def test_row_of_the_article_has_no_gated_word(article: Article) -> None:
    assert spilled(Article.objects.values().get(pk=article.pk)) == set()


# --- Rows


@pytest.mark.parametrize("reader", READERS)
def test_no_list_has_a_gated_word(reader: str, article: Article) -> None:
    user = READERS[reader]()
    if user is not None:
        save_article(by=user, article=article, now=timezone.now())
    client = browser(user)
    # First as the newest, which is shown at large, then in the row behind it.
    for _ in range(2):
        for path in LISTS:
            response = client.get(path)
            assert (path, response.status_code, spilled(response.content)) == (path, 200, set())
        published(series=article.series).topics.set(article.topics.all())


@pytest.mark.parametrize("reader", READERS)
def test_front_pages_have_no_gated_word(reader: str, article: Article) -> None:
    user = READERS[reader]()
    if user is not None:
        record_progress(by=user, article=article, percent=40, anchor="closed-part", now=timezone.now())
    client = browser(user)
    for path in ("/", "/learn/", "/", "/learn/"):
        response = client.get(path, follow=True)
        assert article.title in response.content.decode()
        assert spilled(response.content) == set()
        published()


@pytest.mark.parametrize("path", ["/learn/?", "/learn/?q=everybody&", "/learn/?topic=gates&"])
def test_later_pages_have_no_gated_word(path: str, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learner_series.views.reading.PAGE_SIZE", 1)
    # Newer, and with more of what is searched for.
    published(html="<p>Everybody, everybody.</p>").topics.set(article.topics.all())
    client = browser(member())
    cursor = client.get(path).context["page"].next_cursor
    response = client.get(f"{path}cursor={cursor}")
    assert list(response.context["page"].items) == [article]
    assert spilled(response.content) == set()


@pytest.mark.parametrize("path", ["/learn/feed.xml", "/sitemap-articles.xml"])
def test_gated_article_is_listed_for_machines_by_its_address(path: str, article: Article) -> None:
    assert article.get_absolute_url() in browser().get(path).content.decode()


@pytest.mark.parametrize("reader", READERS)
def test_article_beside_it_shows_no_gated_word(reader: str, article: Article) -> None:
    beside = published(series=article.series)
    RelatedArticle.objects.create(article=beside, other=article, is_curated=True)
    page = browser(READERS[reader]()).get(beside.get_absolute_url()).content.decode()
    # Among the related, and as the one before in the series.
    assert page.count(article.title) >= 2
    assert spilled(page) == set()


def related(html: str, gate: Gate) -> set[int]:
    """What is computed to go after an article of these words, and after one that is named for its secrets."""
    closed = published(html=html, gate=gate, title="One")
    telling = published(html="<p>zyzzyvawords.</p>", title="zyzzyvawords and zyzzyvacell")
    for one in (closed, telling):
        assert one.live is not None
        # The factory gives both the same summary, which would relate them.
        one.live.summary = ""
        index_words(article=one, revision=one.live)
    return {relate_article(article_id=one.pk) for one in (closed, telling)}


@pytest.mark.parametrize("kind", GATES)
def test_gated_words_relate_no_articles(kind: str) -> None:
    beside()
    assert related(*GATES[kind]) == {0}
    # In the open the same words do, so it is the gate that makes the difference.
    assert related(TEXT, OPEN) != {0}


# --- Tables


def test_no_table_but_those_of_the_text_has_a_gated_word(article: Article) -> None:
    spills = {}
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT row::text FROM "{model._meta.db_table}" AS row')  # noqa: S608  (our tables)
            if words := spilled(cursor.fetchall()):
                spills[model._meta.label] = words
    assert spills == {
        "learner_series.Revision": SECRETS - BESIDE,
        "learner_series.FactCard": BESIDE,
        "learner_series.ArticleImage": {"zyzzyvapicture"},
        "learner_series.ImageUse": {"zyzzyvapicture"},
    }
