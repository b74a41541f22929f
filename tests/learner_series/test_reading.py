"""What readers of the library get."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from learner_series.models import Article, ArticleAuthor, ArticleImage, ImageUse, Revision
from learner_series.views.reading import PAGE_SIZE
from tests.factories.library import PICTURE, ArticleFactory, SeriesFactory, draft, picture, published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(params=[1, 30])
def article(request: pytest.FixtureRequest) -> Article:
    """An article with everything, alone in its series or among thirty."""
    series = SeriesFactory.create()
    made: Article = [published(series=series) for _ in range(request.param)][request.param // 2]
    made.topics.set(TopicFactory.create_batch(3))
    for user in (UserFactory.create(), MentorFactory.create().user):
        ArticleAuthor.objects.create(article=made, user=user)
    return made


# --- One article


def test_article_takes_eleven_queries_for_a_visitor(
    client: Client, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(11):
        response = client.get(article.get_absolute_url())
    assert response.status_code == 200


def test_article_takes_nineteen_queries_signed_in(
    client: Client, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(UserFactory.create())
    with django_assert_num_queries(19):
        response = client.get(article.get_absolute_url())
    assert response.status_code == 200


def test_article_shows_contents_anchors_and_a_link_to_ask_at_each_section(client: Client) -> None:
    article = published(slug="why")
    page = client.get("/learn/why/").content.decode()
    assert f"<h1>{article.title}</h1>" in page
    for anchor, title in (
        ("first-part", "First part"),
        ("inner-part", "Inner part"),
        ("second-part", "Second part"),
    ):
        assert f'href="#{anchor}"' in page
        assert re.search(rf'<h[23] id="{anchor}"[^>]*>.*{title}', page) is not None
        assert f"/feed/ask/?article=why&amp;section={anchor}" in page
    assert 'href="/feed/ask/?article=why"' in page


@pytest.mark.parametrize(
    ("place", "previous", "following"), [(0, None, "Two"), (1, "One", "Three"), (2, "Two", None)]
)
def test_article_knows_its_place_in_the_series(
    client: Client, place: int, previous: str | None, following: str | None
) -> None:
    series = SeriesFactory.create(title="Getting in")
    made = [
        published(series=series, position=number, title=title)
        for number, title in ((10, "One"), (20, "Two"), (30, "Three"))
    ]
    ArticleFactory.create(series=series, position=25, title="Not out yet")
    context = client.get(made[place].get_absolute_url()).context
    assert (context["part"], context["parts"]) == (place + 1, 3)
    assert [found and found.title for found in (context["previous"], context["next"])] == [
        previous,
        following,
    ]


def test_article_outside_any_series_has_no_neighbors(client: Client) -> None:
    published()
    context = client.get(published().get_absolute_url()).context
    assert (context["previous"], context["next"]) == (None, None)


def test_article_lists_its_authors_in_their_order(client: Client) -> None:
    article = published()
    for order, name in ((2, "Second"), (1, "First")):
        ArticleAuthor.objects.create(article=article, user=UserFactory.create(display_name=name), order=order)
    context = client.get(article.get_absolute_url()).context
    assert [user.display_name for user in context["authors"]] == ["First", "Second"]


@pytest.mark.parametrize("step", ["nothing", "draft"])
def test_unpublished_article_is_404_for_everybody(client: Client, step: str) -> None:
    article = ArticleFactory.create(slug="soon") if step == "nothing" else draft(slug="soon").article
    for user in (None, UserFactory.create(), UserFactory.create(is_staff=True, is_superuser=True)):
        if user:
            client.force_login(user)
        assert client.get(article.get_absolute_url()).status_code == 404


def test_unpublished_article_is_404_byte_for_byte_like_none_at_all(client: Client) -> None:
    article = ArticleFactory.create(slug="soon")
    there = client.get("/learn/soon/").content
    article.delete()
    assert client.get("/learn/soon/").content == there


def test_a_new_draft_does_not_show_on_the_page(client: Client) -> None:
    article = published()
    before = client.get(article.get_absolute_url()).content
    draft(article=article, html="<p>New words.</p>")
    assert client.get(article.get_absolute_url()).content == before


def test_article_data_is_json_that_no_title_can_break_out_of(client: Client) -> None:
    article = published(
        title=f"</script>{SCRIPT} & “why”", summary="x", series=SeriesFactory.create(title=SCRIPT)
    )
    page = client.get(article.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found = {entry["@type"]: entry for block in blocks for entry in _entries(json.loads(block))}
    assert found["Article"]["headline"] == article.title
    assert "BreadcrumbList" in found


def _entries(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        return list(data.get("@graph", [data]))
    return list(data)


# --- Series


@pytest.mark.parametrize("count", [1, 3])
def test_series_takes_two_queries_for_a_visitor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    series = SeriesFactory.create()
    for _ in range(count):
        published(series=series)
    with django_assert_num_queries(2):
        response = client.get(series.get_absolute_url())
    assert (response.status_code, len(response.context["articles"])) == (200, count)


def test_series_shows_published_articles_in_reading_order(client: Client) -> None:
    series = SeriesFactory.create()
    second, first = (published(series=series, position=position) for position in (5, 2))
    ArticleFactory.create(series=series, position=3)
    published()
    assert list(client.get(series.get_absolute_url()).context["articles"]) == [first, second]


@pytest.mark.parametrize("path", ["/learn/series/gone/", "/learn/series/empty/"])
def test_series_unknown_or_without_articles_is_404(client: Client, path: str) -> None:
    ArticleFactory.create(series=SeriesFactory.create(slug="empty"))
    assert client.get(path).status_code == 404


# --- The library


def test_library_pages_by_a_cursor_without_gaps_or_repeats(client: Client) -> None:
    for _ in range(PAGE_SIZE + 2):
        published()
    now = timezone.now()
    Article.objects.update(published_at=now)
    first = client.get("/learn/").context
    late = published()
    Article.objects.filter(pk=late.pk).update(published_at=now + timedelta(seconds=1))
    second = client.get("/learn/", {"cursor": first["page"].next_cursor}).context
    seen = [article.pk for context in (first, second) for article in context["page"].items]
    assert [len(context["page"].items) for context in (first, second)] == [PAGE_SIZE, 2]
    assert (len(set(seen)), second["page"].next_cursor) == (PAGE_SIZE + 2, "")
    assert (first["is_first_page"], second["is_first_page"]) == (True, False)


@pytest.mark.parametrize("cursor", ["forged", "%00", "%3Cscript%3E"])
def test_library_shows_the_first_page_for_a_broken_cursor(client: Client, cursor: str) -> None:
    article = published()
    response = client.get(f"/learn/?cursor={cursor}")
    assert (response.status_code, list(response.context["page"].items)) == (200, [article])


def test_library_leaves_out_what_is_not_published(client: Client) -> None:
    draft(series=SeriesFactory.create())
    context = client.get("/learn/").context
    assert (list(context["page"].items), list(context["series"])) == ([], [])


def test_library_says_what_to_do_when_it_is_empty(client: Client) -> None:
    page = client.get("/learn/").content.decode()
    assert "The first articles are on their way" in page
    assert 'href="/feed/"' in page


def test_pages_escape_titles_summaries_and_names(client: Client) -> None:
    """The database may hold what no form lets in: imports, old rows."""
    series = SeriesFactory.create(title=SCRIPT, summary=SCRIPT)
    article = published(series=series, title=SCRIPT)
    Article.objects.update(summary=SCRIPT)
    article.topics.add(TopicFactory.create(name=SCRIPT))
    ArticleAuthor.objects.create(article=article, user=UserFactory.create(display_name=SCRIPT))
    for path in ("/learn/", series.get_absolute_url(), article.get_absolute_url()):
        page = client.get(path).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert SCRIPT not in page


# --- Pictures


def _shown() -> ArticleImage:
    """A picture in what everybody may read."""
    made = picture()
    live = Revision.objects.get(live_article=published())
    ImageUse.objects.create(revision=live, image=made, is_open=True)
    return made


def test_open_picture_comes_with_its_type_and_may_be_kept_for_a_year(client: Client) -> None:
    response = client.get(_shown().get_absolute_url())
    assert (response.status_code, b"".join(response.streaming_content)) == (200, PICTURE)  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=86400, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


@pytest.mark.parametrize(
    "name", ["gone.webp", "%00", "..%2Fsecret", "%3Cscript%3E", "x" * 3000], ids=lambda name: name[:12]
)
def test_picture_unknown_is_404(client: Client, name: str) -> None:
    assert client.get(f"/learn/images/{name}").status_code == 404


def test_picture_whose_file_is_gone_is_404(client: Client) -> None:
    shown = _shown()
    shown.file.delete(save=False)
    assert client.get(shown.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", ["/learn/", "/learn/a/", "/learn/series/a/", "/learn/images/a.webp"])
def test_reading_changes_nothing_so_posting_is_refused(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
