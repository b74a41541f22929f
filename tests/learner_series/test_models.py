"""What the tables of series and articles hold, refuse and list."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from learner_series.models import Article, ArticleAuthor, RelatedArticle, Revision, Series
from learner_series.models.article import SHELF, load_first_parts
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, SeriesFactory, draft, published
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.reading import SavedArticleFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


# --- Constraints: a yes and a no each


@pytest.mark.parametrize("slug", ["series", "feed.xml"])
def test_article_slug_not_reserved(slug: str) -> None:
    ArticleFactory.create(slug=f"{slug}-2")
    with refused_by("article_slug_not_reserved"):
        ArticleFactory.create(slug=slug)


def test_article_live_has_a_date() -> None:
    assert published().published_at is not None
    with refused_by("article_live_has_a_date"):
        Article.objects.filter(pk=published().pk).update(published_at=None)


def test_article_tone_known() -> None:
    for tone in (1, 5):
        ArticleFactory.create(tone=tone)
    for tone in (0, 6):
        with refused_by("article_tone_known"):
            ArticleFactory.create(tone=tone)


def test_article_one_kind_of_gate() -> None:
    for gate in ({}, {"is_premium": True}, {"has_premium_sections": True}):
        ArticleFactory.create(**gate)
    with refused_by("article_one_kind_of_gate"):
        ArticleFactory.create(is_premium=True, has_premium_sections=True)


def test_article_open_part_of_whole() -> None:
    ArticleFactory.create(word_count=10, open_word_count=10)
    with refused_by("article_open_part_of_whole"):
        ArticleFactory.create(word_count=10, open_word_count=11)


def test_article_place_in_series() -> None:
    first, second = SeriesFactory.create(), SeriesFactory.create()
    # The same place in another series, and articles outside any, are free.
    for series in (first, second, None, None):
        ArticleFactory.create(series=series, position=1)
    with refused_by("article_place_in_series"):
        ArticleFactory.create(series=first, position=1)


def test_article_author_once() -> None:
    article, user = ArticleFactory.create(), UserFactory.create()
    ArticleAuthor.objects.create(article=article, user=user)
    ArticleAuthor.objects.create(article=ArticleFactory.create(), user=user)
    with refused_by("article_author_once"):
        ArticleAuthor.objects.create(article=article, user=user)


def test_related_once() -> None:
    first, second = ArticleFactory.create_batch(2)
    RelatedArticle.objects.create(article=first, other=second)
    RelatedArticle.objects.create(article=second, other=first)
    with refused_by("related_once"):
        RelatedArticle.objects.create(article=first, other=second, is_curated=True)


def test_related_to_another() -> None:
    first, second = ArticleFactory.create_batch(2)
    RelatedArticle.objects.create(article=first, other=second)
    with refused_by("related_to_another"):
        RelatedArticle.objects.create(article=first, other=first)


# --- Series


def test_series_with_articles_counts_what_readers_can_open() -> None:
    full, empty = SeriesFactory.create(), SeriesFactory.create()
    for _ in range(2):
        published(series=full)
    for series in (full, empty):
        ArticleFactory.create(series=series)
    assert [(series, series.article_count) for series in Series.objects.with_articles()] == [(full, 2)]  # type: ignore[attr-defined]


def test_first_parts_of_series_are_the_first_that_readers_can_open(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    series, other = SeriesFactory.create(order=1), SeriesFactory.create(order=2)
    third, first = published(series=series, position=3), published(series=series, position=1)
    fourth = published(series=series, position=4)
    published(series=series, position=5)
    draft(series=series, position=2)
    rows = [series, other]
    with django_assert_num_queries(1):
        load_first_parts(rows, 3)
    assert [(one, one.first_parts) for one in rows] == [(series, [first, third, fourth]), (other, [])]


# --- Lists of articles


def test_articles_published_are_those_with_a_live_text() -> None:
    article = published()
    draft()
    assert list(Article.objects.published()) == [article]


def test_articles_newest_break_ties_by_number() -> None:
    first, second, old = (published() for _ in range(3))
    Article.objects.filter(pk__in=[first.pk, second.pk]).update(published_at=NOW)
    Article.objects.filter(pk=old.pk).update(published_at=NOW - DAY)
    assert list(Article.objects.newest()) == [second, first, old]


def test_articles_on_one_topic() -> None:
    topic, wanted = TopicFactory.create(), ArticleFactory.create()
    ArticleFactory.create().topics.add(TopicFactory.create())
    wanted.topics.add(topic)
    assert list(Article.objects.on_topic(topic)) == [wanted]


def test_articles_for_one_audience() -> None:
    road, wanted = experience("road", "parent"), ArticleFactory.create()
    ArticleFactory.create().audience.add(experience("road", "rural"))
    wanted.audience.add(road)
    assert list(Article.objects.for_audience(road)) == [wanted]


def test_audiences_are_the_terms_that_some_article_is_for_each_once() -> None:
    stage, road, unused = experience(), experience("road", "parent"), experience("road", "rural")
    for article in (published(), published()):
        article.audience.set([stage, road])
    draft().article.audience.add(unused)
    assert set(Article.objects.published().audiences()) == {stage, road}


def test_articles_saved_by_a_person() -> None:
    saved = SavedArticleFactory.create()
    SavedArticleFactory.create()
    assert list(Article.objects.saved_by(saved.user_id)) == [saved.article]


def test_stale_articles_are_live_and_past_their_day_longest_ago_first() -> None:
    for review_on in (None, TODAY, TODAY + DAY):
        published(review_on=review_on)
    draft(review_on=TODAY - DAY)
    late = published(review_on=TODAY - DAY)
    later = published(review_on=TODAY - 9 * DAY)
    assert list(Article.objects.stale(TODAY)) == [later, late]


def test_expired_articles_are_live_and_have_reached_their_last_day() -> None:
    draft(expires_on=TODAY)
    published()
    kept, *gone = (published() for _ in range(3))
    for article, expires_on in zip((kept, *gone), (TODAY + DAY, TODAY, TODAY - DAY), strict=True):
        Article.objects.filter(pk=article.pk).update(expires_on=expires_on)
    assert set(Article.objects.expired(TODAY)) == set(gone)


@pytest.mark.parametrize("slug", ["gone", "", "\x00", "a/b", "<script>"])
def test_article_by_slug_is_none_for_what_does_not_exist(slug: str) -> None:
    assert Article.objects.by_slug(slug) is None


def test_article_by_slug() -> None:
    article = ArticleFactory.create(slug="why-mentors")
    assert Article.objects.by_slug("why-mentors") == article


def test_shelves_hold_the_newest_of_each_topic_and_say_how_many_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    second, first, empty = (TopicFactory.create(order=order) for order in (2, 1, 0))
    made = [published() for _ in range(SHELF + 1)]
    for article in made:
        article.topics.add(first)
    made[0].topics.add(second)
    draft().article.topics.set([second, empty])
    with django_assert_num_queries(1):
        shelves = Article.objects.shelves()
    assert [(shelf.topic, shelf.total, shelf.articles) for shelf in shelves] == [
        (first, SHELF + 1, made[:0:-1]),
        (second, 1, [made[0]]),
    ]


# --- Places in a series


def test_next_position_is_behind_the_last_of_the_series() -> None:
    series, other = SeriesFactory.create(), SeriesFactory.create()
    ArticleFactory.create(series=series, position=7)
    assert [Article.objects.next_position(place) for place in (series, other, None)] == [8, 1, 1]


def test_an_article_knows_its_neighbors_and_its_place() -> None:
    made = [ArticleFactory.create(position=position) for position in (10, 20, 30)]
    articles = Article.objects.all()
    assert [articles.before(article) for article in made] == [None, made[0], made[1]]
    assert [articles.after(article) for article in made] == [made[1], made[2], None]
    assert [articles.place_of(article) for article in made] == [(1, 3), (2, 3), (3, 3)]
    assert [list(articles.behind(place)) for place in (0, 10, 30)] == [made, made[1:], []]


def test_related_articles_come_as_the_editors_chose_then_as_computed_and_only_if_open() -> None:
    article, others = published(), [published() for _ in range(4)]
    for other, place, is_curated in ((0, 1, False), (1, 0, False), (2, 2, True), (3, 1, True)):
        RelatedArticle.objects.create(
            article=article, other=others[other], place=place, is_curated=is_curated
        )
    RelatedArticle.objects.create(article=article, other=draft().article, is_curated=True)
    RelatedArticle.objects.create(article=others[0], other=article)
    found = [row.other for row in RelatedArticle.objects.for_page(article)]
    assert found == [others[3], others[2], others[1], others[0]]


# --- What pages take


def test_what_the_article_page_shows_takes_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    series, reviewer = SeriesFactory.create(title="Getting in"), UserFactory.create(display_name="Ada")
    article = published(series=series, reviewer=reviewer)
    article.topics.set(TopicFactory.create_batch(2))
    for _ in range(2):
        ArticleAuthor.objects.create(article=article, user=UserFactory.create())
    with django_assert_num_queries(3):
        found = Article.objects.for_page().get()
        assert len(found.topics.all()) == 2
        assert [hasattr(link.user, "mentor_profile") for link in found.author_links.all()] == [False, False]
        assert [str(found.series), str(found.reviewer)] == ["Getting in", "Ada"]


def test_what_a_card_shows_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published(series=SeriesFactory.create(title="Getting in"))
    with django_assert_num_queries(1):
        assert [str(article.series) for article in Article.objects.for_card()] == ["Getting in"]


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_feed_shows_takes_three_queries_and_holds_no_words(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        published()
    with django_assert_num_queries(3):
        rows = [(article.live, article.topics.all()) for article in Article.objects.for_feed()]
    assert len(rows) == count
    loaded = {name for live, _ in rows for name in live.__dict__ if live}
    assert loaded.isdisjoint({"html", "text", "open_html", "open_text", "outline", "import_report"})


def test_what_the_sitemap_shows_takes_one_query_by_age(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    new, old = published(slug="new"), published(slug="old")
    Article.objects.filter(pk=new.pk).update(published_at=NOW + DAY)
    with django_assert_num_queries(1):
        rows = [
            (article.get_absolute_url(), article.live is not None and article.live.published_at)
            for article in Article.objects.for_sitemap()
        ]
    assert [url for url, _ in rows] == ["/learn/old/", "/learn/new/"]
    assert [at for _, at in rows] == [old.published_at, new.published_at]


def test_an_outline_comes_without_the_words(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published()
    with django_assert_num_queries(1):
        live = Article.objects.with_outline().get().live
        assert live is not None
        assert (len(live.headings), live.open_word_count) == (3, 11)
    assert {"html", "text", "open_html", "open_text"}.isdisjoint(live.__dict__)


def test_open_words_come_with_their_outline_and_without_others(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    published()
    with django_assert_num_queries(1):
        live = Article.objects.with_open_words().get().live
        assert live is not None
        assert (len(live.headings), live.open_html[:11]) == (3, "<p>An openi")
    assert {"html", "text", "open_text"}.isdisjoint(live.__dict__)


def test_last_published_is_when_words_went_out_last() -> None:
    assert Article.objects.last_published() is None
    older, newer = published(), published()
    Revision.objects.filter(live_article=older).update(published_at=NOW)
    Revision.objects.filter(live_article=newer).update(published_at=NOW + DAY)
    assert Article.objects.last_published() == NOW + DAY


# --- Words and predicates


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (460, 2)])
def test_article_minutes(words: int, minutes: int) -> None:
    article = Article(word_count=words, open_word_count=0)
    assert (article.minutes, article.open_minutes) == (minutes, 1)
    assert Article(open_word_count=words).open_minutes == minutes


@pytest.mark.parametrize(
    ("gate", "expected"),
    [({}, False), ({"is_premium": True}, True), ({"has_premium_sections": True}, True)],
    ids=["open", "premium", "section"],
)
def test_article_is_gated(gate: dict[str, Any], expected: bool) -> None:
    assert Article(**gate).is_gated is expected


@pytest.mark.parametrize(
    ("review_on", "expected"), [(None, False), (TODAY - DAY, True), (TODAY, False), (TODAY + DAY, False)]
)
def test_article_is_due_after_its_day(review_on: date | None, expected: bool) -> None:
    assert Article(review_on=review_on).is_due(TODAY) is expected


@pytest.mark.parametrize(
    ("expires_on", "expected"), [(None, False), (TODAY - DAY, True), (TODAY, True), (TODAY + DAY, False)]
)
def test_article_is_expired_from_its_day_on(expires_on: date | None, expected: bool) -> None:
    assert Article(expires_on=expires_on).is_expired(TODAY) is expected


def test_addresses_of_the_library() -> None:
    assert Series(slug="s").get_absolute_url() == "/learn/series/s/"
    assert Article(slug="a").get_absolute_url() == "/learn/a/"


def test_everything_says_what_it_is() -> None:
    assert [
        str(Series(title="Getting in")),
        str(Article(title="Why")),
        str(ArticleAuthor(article_id=1, user_id=2)),
        str(RelatedArticle(article_id=1, other_id=2)),
    ] == ["Getting in", "Why", "1 by 2", "1 → 2"]
