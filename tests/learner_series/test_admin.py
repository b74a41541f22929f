"""Staff pages of series and articles, and who may search authors."""

from typing import Any

import pytest
import zeal
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision, Series
from learner_series.services.publishing import move
from tests.factories.library import ArticleFactory, SeriesFactory, draft, published
from tests.factories.people import TopicFactory, UserFactory, staff
from tests.learner_series.article_page import article_url, form_of, rows_of
from tests.learner_series.revision_page import said

pytestmark = pytest.mark.django_db

LIST = "admin:learner_series_article_changelist"
# Who is signed in, the session, the rows: the number of articles adds nothing.
LIST_QUERIES = 8


@pytest.fixture
def editor(client: Client) -> User:
    """An editor, signed in."""
    person = staff("editor")
    client.force_login(person)
    return person


@pytest.fixture
def superuser(client: Client) -> User:
    """A superuser, signed in."""
    person: User = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


# --- Series ---


def test_series_list_counts_articles(client: Client, editor: User) -> None:
    ArticleFactory.create(series=SeriesFactory.create(title="With one"))
    page = client.get(reverse("admin:learner_series_series_changelist"))
    rows = page.context["cl"].result_list
    assert [(series.title, series.total) for series in rows] == [("With one", 1)]
    assert "With one" in page.content.decode()


def test_series_is_added_with_an_address(client: Client, editor: User) -> None:
    fields = {"title": "Getting in", "slug": "getting-in", "summary": "", "order": 2}
    client.post(reverse("admin:learner_series_series_add"), fields)
    assert Series.objects.values_list("slug", "order").get() == ("getting-in", 2)


def test_series_add_page_prepares_the_address(client: Client, editor: User) -> None:
    page = client.get(reverse("admin:learner_series_series_add"))
    assert page.context["adminform"].prepopulated_fields[0]["field"].name == "slug"


def test_series_keeps_its_address(client: Client, editor: User) -> None:
    series = SeriesFactory.create(slug="kept")
    url = reverse("admin:learner_series_series_change", args=[series.pk])
    client.post(url, {"title": "Renamed", "slug": "changed", "summary": "", "order": 0})
    assert Series.objects.values_list("slug", "title").get() == ("kept", "Renamed")


def test_series_is_never_deleted(client: Client, superuser: User) -> None:
    url = reverse("admin:learner_series_series_delete", args=[SeriesFactory.create().pk])
    assert client.post(url, {"post": "yes"}).status_code == 403


# --- Articles ---


@pytest.mark.parametrize("count", [1, 3])
def test_article_list_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        published(series=SeriesFactory.create())
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse(LIST))
    assert len(page.context["cl"].result_list) == count


def test_article_list_leads_to_the_import_and_offers_no_bulk_delete(client: Client, superuser: User) -> None:
    ArticleFactory.create()
    page = client.get(reverse(LIST))
    assert reverse("admin:learner_series_article_import_document") in page.content.decode()
    assert "delete_selected" not in page.content.decode()


def test_article_is_added_without_a_text(client: Client, editor: User) -> None:
    series, topic = SeriesFactory.create(), TopicFactory.create()
    client.post(
        reverse("admin:learner_series_article_add"),
        form_of(series=series.pk, topics=[topic.pk], slug="New-One"),
    )
    article = Article.objects.get()
    assert (article.slug, article.series, article.live, article.published_at) == (
        "new-one",
        series,
        None,
        None,
    )
    assert list(article.topics.all()) == [topic]


def test_article_add_page_prepares_the_address(client: Client, editor: User) -> None:
    page = client.get(reverse("admin:learner_series_article_add"))
    assert page.context["adminform"].prepopulated_fields[0]["field"].name == "slug"
    assert "Live text" not in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"slug": "series"}, "slug", "This address belongs to another page of the site."),
        ({"slug": "taken"}, "slug", "Article with this Slug already exists."),
        ({"position": "3"}, "position", "“Stands there” stands here. The next free place is 4."),
    ],
)
def test_article_form_tells_the_fault_beside_the_field(
    client: Client, editor: User, fields: dict[str, str], field: str, sentence: str
) -> None:
    series = SeriesFactory.create()
    posted: dict[str, Any] = {"series": series.pk, **fields}
    ArticleFactory.create(slug="taken", title="Stands there", series=series, position=3)
    page = client.post(reverse("admin:learner_series_article_add"), form_of(**posted))
    assert page.context["adminform"].form.errors == {field: [sentence]}
    assert Article.objects.count() == 1


def test_article_form_asks_for_a_position(client: Client, editor: User) -> None:
    fields = form_of(series=SeriesFactory.create().pk, position="")
    page = client.post(reverse("admin:learner_series_article_add"), fields)
    assert list(page.context["adminform"].form.errors) == ["position"]


def test_article_keeps_its_own_place(client: Client, editor: User) -> None:
    series = SeriesFactory.create()
    article = ArticleFactory.create(series=series, position=2)
    client.post(article_url(article), form_of(article, series=series.pk, tone=4))
    assert Article.objects.values_list("position", "tone").get() == (2, 4)


def test_article_that_readers_know_keeps_words_and_address(client: Client, editor: User) -> None:
    article = published(slug="known", title="Known")
    fields = form_of(article, slug="other", title="Other", summary="Other", cover="d")
    client.post(article_url(article), fields)
    after = Article.objects.get()
    assert (after.slug, after.title, after.summary, after.cover) == ("known", "Known", "In short.", "d")


def test_article_page_shows_its_revisions_and_live_text(client: Client, editor: User) -> None:
    article = published()
    page = client.get(article_url(article)).content.decode()
    assert f'<a href="{article.get_absolute_url()}" class="bt-link">{article.get_absolute_url()}</a>' in page
    revision = reverse("admin:learner_series_revision_change", args=[article.live_id])
    assert f'<a href="{revision}" class="bt-link">Revision 1</a>, published' in page


def test_article_page_says_that_nothing_is_live(client: Client, editor: User) -> None:
    page = client.get(article_url(ArticleFactory.create())).content.decode()
    assert "None: readers cannot open this article." in page
    assert "None yet." in page


@pytest.mark.parametrize("is_live", [True, False])
def test_article_links_to_its_page_only_when_live(client: Client, editor: User, is_live: bool) -> None:
    article = published() if is_live else ArticleFactory.create()
    page = client.get(article_url(article))
    expected = article.get_absolute_url() if is_live else None
    assert page.context["absolute_url"] == expected


def test_article_of_authors_in_order(client: Client, editor: User) -> None:
    article, first, second = ArticleFactory.create(), UserFactory.create(), UserFactory.create()
    authors = rows_of("author", 0, {"user": second, "order": 2}, {"user": first, "order": 1})
    # Each chosen person is asked for once, when an editor saves.
    with zeal.zeal_ignore([{"model": "accounts.User", "field": "get()"}]):
        client.post(article_url(article), form_of(article, **authors))
    assert [link.user for link in article.author_links.select_related("user")] == [first, second]
    page = client.get(article_url(article)).content.decode()
    assert first.display_name in page
    assert first.email not in page


def test_article_that_nobody_read_can_be_deleted_by_superusers(client: Client, superuser: User) -> None:
    article = draft().article
    client.post(reverse("admin:learner_series_article_delete", args=[article.pk]), {"post": "yes"})
    assert (Article.objects.count(), Revision.objects.count()) == (0, 0)


def test_article_that_readers_know_is_never_deleted(client: Client, superuser: User) -> None:
    article = published()
    assert article.live is not None
    move(by=superuser, revision=article.live, target=RevisionState.RETIRED, now=timezone.now())
    url = reverse("admin:learner_series_article_delete", args=[article.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert Article.objects.count() == 1


# --- Drafts of an article ---

START = "learner_series_article_start_draft"


def test_article_starts_an_empty_draft(client: Client, editor: User) -> None:
    article = ArticleFactory.create(title="Empty so far")
    response = client.post(article_url(article), form_of(article, summary="Short.", **{START: "1"}))
    made = Revision.objects.get()
    assert (made.title, made.summary, made.html, made.created_by) == ("Empty so far", "Short.", "", editor)
    assert response["Location"] == reverse("admin:learner_series_revision_change", args=[made.pk])
    assert said(response) == ["Revision 1 is a draft now."]


def test_article_starts_a_draft_of_its_newest_words(client: Client, editor: User) -> None:
    article = published(html="<p>Live words.</p>")
    client.post(article_url(article), form_of(article, **{START: "1"}))
    newest = article.revisions.get(number=2)
    assert (newest.html, newest.state) == ("<p>Live words.</p>", RevisionState.DRAFT)


def test_article_is_saved_without_a_draft(client: Client, editor: User) -> None:
    article = ArticleFactory.create()
    response = client.post(article_url(article), form_of(article, tone=2))
    assert response["Location"] == reverse(LIST)
    assert (Article.objects.get().tone, Revision.objects.count()) == (2, 0)


def test_article_draft_is_refused_to_who_may_not_write(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    for codename in ("change_article", "view_article"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(person)
    article = ArticleFactory.create()
    response = client.post(article_url(article), form_of(article, **{START: "1"}))
    assert said(response)[0] == "Only editors write drafts."
    assert Revision.objects.count() == 0


# --- Looking for authors ---


def authors(client: Client, term: str) -> Any:
    target = {"app_label": "learner_series", "model_name": "articleauthor", "field_name": "user"}
    return client.get(reverse("admin:learner_series_article_authors"), {**target, "term": term})


@pytest.mark.parametrize("term", ["amara", "AMARA O", " amara-x "])
def test_author_search_finds_people_by_public_name(client: Client, editor: User, term: str) -> None:
    found = UserFactory.create(display_name="Amara O.", slug="amara-x", email="secret@example.test")
    UserFactory.create(display_name="Amara gone", is_active=False)
    rows = authors(client, term).json()["results"]
    assert rows == [{"id": str(found.pk), "text": "Amara O. (amara-x)"}]


def test_author_search_does_not_find_by_email(client: Client, editor: User) -> None:
    UserFactory.create(email="secret@example.test", slug="ben-1")
    assert authors(client, "secret").json()["results"] == []


def test_author_search_is_for_editors(client: Client) -> None:
    client.force_login(staff("coordinator"))
    assert authors(client, "a").status_code == 403
