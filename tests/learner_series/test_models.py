"""What the tables of the library hold, refuse and list."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from breakthru.lib.richtext import Heading
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, ArticleAuthor, ArticleImage, Revision, RevisionEvent, Series
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, SeriesFactory, draft, published
from tests.factories.people import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


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


def _revision(**fields: Any) -> Revision:
    complete = {
        "article": fields.get("article") or ArticleFactory.create(),
        "number": 1,
        "title": "A",
        "created_by": fields.get("created_by") or UserFactory.create(),
    }
    return Revision.objects.create(**{**complete, **fields})


def _approved(**fields: Any) -> dict[str, Any]:
    return {"approved_by": UserFactory.create(), "approved_at": NOW, **fields}


def test_revision_number_once() -> None:
    article = _revision().article
    _revision(article=article, number=2)
    with refused_by("revision_number_once"):
        _revision(article=article, number=2)


def test_revision_one_live() -> None:
    state = {"state": RevisionState.PUBLISHED, "published_at": NOW}
    article = _revision(**_approved(**state)).article
    _revision(article=article, number=2, state=RevisionState.RETIRED, retired_at=NOW)
    with refused_by("revision_one_live"):
        _revision(article=article, number=3, **_approved(**state))


def test_revision_approved_by_another() -> None:
    author = UserFactory.create()
    _revision(created_by=author, **_approved())
    with refused_by("revision_approved_by_another"):
        _revision(created_by=author, approved_by=author, approved_at=NOW)


@pytest.mark.parametrize("state", [RevisionState.APPROVED, RevisionState.PUBLISHED])
def test_revision_approved_has_approver(state: RevisionState) -> None:
    _revision(**_approved(state=state, published_at=NOW))
    for missing in ({"approved_by": None}, {"approved_at": None}):
        with refused_by("revision_approved_has_approver"):
            _revision(**_approved(state=state, published_at=NOW, **missing))


def test_revision_published_has_date() -> None:
    _revision(**_approved(state=RevisionState.PUBLISHED, published_at=NOW))
    with refused_by("revision_published_has_date"):
        _revision(**_approved(state=RevisionState.PUBLISHED))


def test_revision_retired_has_date() -> None:
    _revision(state=RevisionState.RETIRED, retired_at=NOW)
    with refused_by("revision_retired_has_date"):
        _revision(state=RevisionState.RETIRED)
    with refused_by("revision_retired_has_date"):
        _revision(state=RevisionState.DRAFT, retired_at=NOW)


# --- Lists


def test_series_with_articles_counts_what_readers_can_open() -> None:
    full, empty = SeriesFactory.create(), SeriesFactory.create()
    for _ in range(2):
        published(series=full)
    for series in (full, empty):
        ArticleFactory.create(series=series)
    assert [(series, series.article_count) for series in Series.objects.with_articles()] == [(full, 2)]  # type: ignore[attr-defined]


def test_articles_published_are_those_with_a_live_text() -> None:
    article = published()
    draft()
    assert list(Article.objects.published()) == [article]


def test_articles_newest_break_ties_by_number() -> None:
    first, second, old = (published() for _ in range(3))
    Article.objects.filter(pk__in=[first.pk, second.pk]).update(published_at=NOW)
    Article.objects.filter(pk=old.pk).update(published_at=NOW - timedelta(days=1))
    assert list(Article.objects.newest()) == [second, first, old]


def test_articles_in_reading_order_go_by_series_and_place() -> None:
    late, early = SeriesFactory.create(order=2), SeriesFactory.create(order=1)
    made = [
        ArticleFactory.create(series=series, position=position)
        for series in (late, early)
        for position in (2, 1)
    ]
    assert list(Article.objects.in_reading_order()) == [made[3], made[2], made[1], made[0]]


def test_articles_on_one_topic() -> None:
    topic, wanted = TopicFactory.create(), ArticleFactory.create()
    ArticleFactory.create().topics.add(TopicFactory.create())
    wanted.topics.add(topic)
    assert list(Article.objects.on_topic(topic)) == [wanted]


@pytest.mark.parametrize("slug", ["gone", "", "\x00", "a/b", "<script>"])
def test_article_by_slug_is_none_for_what_does_not_exist(slug: str) -> None:
    assert Article.objects.by_slug(slug) is None


def test_article_by_slug() -> None:
    article = ArticleFactory.create(slug="why-mentors")
    assert Article.objects.by_slug("why-mentors") == article


def test_next_position_is_behind_the_last_of_the_series() -> None:
    series, other = SeriesFactory.create(), SeriesFactory.create()
    ArticleFactory.create(series=series, position=7)
    assert [Article.objects.next_position(place) for place in (series, other, None)] == [8, 1, 1]


def test_what_the_article_page_shows_takes_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = published(series=SeriesFactory.create())
    article.topics.set(TopicFactory.create_batch(2))
    for _ in range(2):
        ArticleAuthor.objects.create(article=article, user=UserFactory.create())
    with django_assert_num_queries(3):
        found = Article.objects.for_page().get()
        assert len(found.topics.all()) == 2
        assert [hasattr(link.user, "mentor_profile") for link in found.author_links.all()] == [False, False]
        assert found.live is not None
        assert found.live.approved_by is not None
        assert found.series is not None


def test_what_a_card_shows_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published(series=SeriesFactory.create(title="Getting in"))
    with django_assert_num_queries(1):
        assert [str(article.series) for article in Article.objects.for_card()] == ["Getting in"]


def test_revisions_open_are_on_their_way() -> None:
    article = ArticleFactory.create()
    dates: dict[str, Any] = {"published_at": NOW, **_approved()}
    for number, state in enumerate(RevisionState):
        retired = NOW if state == RevisionState.RETIRED else None
        _revision(article=article, number=number, state=state, retired_at=retired, **dates)
    assert {revision.state for revision in Revision.objects.open()} == {"draft", "in_review", "approved"}


# --- Words and predicates


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (460, 2)])
def test_article_minutes(words: int, minutes: int) -> None:
    assert Article(word_count=words).minutes == minutes


@pytest.mark.parametrize("state", list(RevisionState))
def test_revision_is_editable_as_a_draft(state: RevisionState) -> None:
    assert Revision(state=state).is_editable is (state == RevisionState.DRAFT)


def test_revision_knows_its_headings_by_anchor() -> None:
    revision = draft()
    first = Heading(level=2, id="first-part", text="First part")
    assert revision.headings == (
        first,
        Heading(level=3, id="inner-part", text="Inner part"),
        Heading(level=2, id="second-part", text="Second part"),
    )
    assert [revision.heading("first-part"), revision.heading("gone")] == [first, None]


def test_addresses_of_the_library() -> None:
    assert Series(slug="s").get_absolute_url() == "/learn/series/s/"
    assert Article(slug="a").get_absolute_url() == "/learn/a/"
    assert ArticleImage(name="x.webp").get_absolute_url() == "/learn/images/x.webp"


def test_everything_says_what_it_is() -> None:
    assert [
        str(Series(title="Getting in")),
        str(Article(title="Why")),
        str(ArticleAuthor(article_id=1, user_id=2)),
        str(ArticleImage(name="x.webp")),
        str(Revision(title="Why", number=3)),
        str(RevisionEvent(source="draft", target="in_review")),
    ] == ["Getting in", "Why", "1 by 2", "x.webp", "Why (revision 3)", "draft → in_review"]
