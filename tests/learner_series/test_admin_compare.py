"""Staff pages that show an article's revisions: all of them, and two side by side."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision
from learner_series.services.editorial import Gate
from learner_series.services.publishing import move
from tests.factories.library import ArticleFactory, draft, published, republished
from tests.factories.people import UserFactory, staff
from tests.learner_series.article_page import article_url
from tests.learner_series.revision_page import change_url, said

pytestmark = pytest.mark.django_db

OLD = "<p>An opening.</p><p>Gone.</p><h2>First</h2><p>The limit is three.</p>" + "<p>Same.</p>" * 2
NEW = "<p>An opening.</p><h2>First</h2><p>The limit is four.</p>" + "<p>Same.</p>" * 2 + "<p>Come.</p>"
# The number of revisions adds nothing.
COMPARE_QUERIES = 7
VERSIONS_QUERIES = 7


@pytest.fixture
def editor(client: Client) -> User:
    """An editor, signed in."""
    person = staff("editor")
    client.force_login(person)
    return person


def compare(client: Client, article: Article, **asked: Any) -> Any:
    return client.get(article_url(article, "compare"), asked)


def pair(page: Any) -> tuple[int, int]:
    form = page.context["form"]
    return form.older.number, form.newer.number


def lines(page: Any, title: str) -> list[tuple[str, str, str, int]]:
    (part,) = [part for part in page.context["parts"] if part.title == title]
    return [(line.word, line.left, line.right, line.gap) for line in part.lines]


def two(old: str = OLD, new: str = NEW, gates: tuple[Gate, Gate] = (Gate(), Gate())) -> Article:
    """An article with two revisions."""
    article = draft(html=old, gate=gates[0]).article
    draft(article, html=new, gate=gates[1])
    return article


# --- Which two ---


def test_newest_is_compared_with_what_readers_have(client: Client, editor: User) -> None:
    article = republished(published())
    draft(article)
    draft(article)
    assert pair(compare(client, article)) == (2, 4)


def test_live_text_is_compared_with_the_one_before(client: Client, editor: User) -> None:
    article = republished(published())
    assert pair(compare(client, article)) == (1, 2)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"new": "3"}, (2, 3)),
        ({"new": "1"}, (2, 1)),
        ({"old": "1", "new": "2"}, (1, 2)),
        ({"old": "3", "new": "1"}, (3, 1)),
        ({"old": "2", "new": "2"}, (2, 2)),
        ({"old": "9", "new": "x"}, (2, 3)),
    ],
)
def test_any_two_are_compared(
    client: Client, editor: User, asked: dict[str, str], expected: tuple[int, int]
) -> None:
    article = two()
    draft(article)
    assert pair(compare(client, article, **asked)) == expected


def test_page_lets_choose_others_and_names_both(client: Client, editor: User) -> None:
    article = two()
    page = compare(client, article)
    assert page.context["form"].fields["old"].choices == [(2, "Revision 2, draft"), (1, "Revision 1, draft")]
    first, second = article.revisions.order_by("number")
    for revision in (first, second):
        link = f'<a class="bt-link" href="{change_url(revision)}">Revision {revision.number}</a>'
        assert link in page.content.decode()
        assert f"Draft, by {revision.created_by.display_name}," in page.content.decode()


def test_summary_that_was_empty_is_only_added(client: Client, editor: User) -> None:
    article = two()
    article.revisions.filter(number=1).update(summary="")
    article.revisions.filter(number=2).update(summary="Words.")
    page = compare(client, article)
    assert lines(page, "Summary") == [("Added", "", "<p><ins>Words.</ins></p>", 0)]


@pytest.mark.parametrize("count", [0, 1])
def test_page_says_that_there_is_nothing_to_compare(client: Client, editor: User, count: int) -> None:
    article = draft().article if count else ArticleFactory.create()
    page = compare(client, article).content.decode()
    assert "There is nothing to compare yet: the article has fewer than two revisions." in page


@pytest.mark.parametrize("page", ["compare", "versions", "feedback"])
def test_pages_of_an_unknown_article_are_not_found(client: Client, editor: User, page: str) -> None:
    article = ArticleFactory.create()
    url = article_url(article, page)
    article.delete()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [2, 4])
def test_page_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    article = two()
    for _ in range(count - 2):
        draft(article)
    with django_assert_num_queries(COMPARE_QUERIES):
        compare(client, article)


# --- What is shown ---


def test_changes_are_told_by_words_and_marks(client: Client, editor: User) -> None:
    page = compare(client, two())
    assert lines(page, "Text") == [
        ("", "<p>An opening.</p>", "<p>An opening.</p>", 0),
        ("Removed", "<p><del>Gone.</del></p>", "", 0),
        ("", "<h2>First</h2>", "<h2>First</h2>", 0),
        ("Changed", "<p>The limit is <del>three</del>.</p>", "<p>The limit is <ins>four</ins>.</p>", 0),
        ("", "<p>Same.</p>", "<p>Same.</p>", 0),
        ("", "<p>Same.</p>", "<p>Same.</p>", 0),
        ("Added", "", "<p><ins>Come.</ins></p>", 0),
    ]
    html = page.content.decode()
    assert '<tr class="bt-changed">' in html
    assert "<p>The limit is <del>three</del>.</p>" in html


def test_what_is_the_same_is_folded_unless_asked_for(client: Client, editor: User) -> None:
    article = two("<p>Same.</p>" * 9 + "<p>Old.</p>", "<p>Same.</p>" * 9 + "<p>New.</p>")
    folded, whole = compare(client, article), compare(client, article, all="1")
    assert lines(folded, "Text")[0] == ("", "", "", 7)
    assert "7 paragraphs that are the same" in folded.content.decode()
    assert len(lines(whole, "Text")) == 10


def test_title_and_summary_are_compared_as_words(client: Client, editor: User) -> None:
    article = two(OLD, OLD)
    article.revisions.filter(number=1).update(title="Old <b>name", summary="Same")
    article.revisions.filter(number=2).update(title="New <b>name", summary="Same")
    page = compare(client, article)
    assert lines(page, "Title") == [
        (
            "Changed",
            "<p><del>Old</del> &lt;b&gt;name</p>",
            "<p><ins>New</ins> &lt;b&gt;name</p>",
            0,
        )
    ]
    assert [part.title for part in page.context["parts"] if part.is_same] == [
        "Summary",
        "For Premium members",
        "Text",
    ]


def test_gates_are_compared_by_the_words_of_their_headings(client: Client, editor: User) -> None:
    html = "<h2>First</h2><p>Words.</p><h2>Second</h2><p>Words.</p>"
    article = two(html, html, (Gate(sections=("first", "second")), Gate(is_premium=True)))
    words = [(left, right) for _, left, right, _ in lines(compare(client, article), "For Premium members")]
    assert "".join(left for left, _ in words) == "<p><del>First</del></p><p><del>Second</del></p>"
    assert "".join(right for _, right in words) == "<p><ins>The whole article</ins></p>"


def test_open_texts_have_no_gate_to_compare(client: Client, editor: User) -> None:
    page = compare(client, two(), all="1")
    assert lines(page, "For Premium members") == [("", "<p>Nothing</p>", "<p>Nothing</p>", 0)]


# --- All revisions ---


def test_every_revision_is_listed_with_its_dates(client: Client, editor: User) -> None:
    article = republished(published())
    page = client.get(article_url(article, "versions")).content.decode()
    live, former = article.revisions.all()
    for revision in (live, former):
        assert change_url(revision) in page
        assert revision.created_by.display_name in page
        assert f"?new={revision.number}" in page
    assert page.count("what readers see") == 1


def test_article_without_revisions_says_so(client: Client, editor: User) -> None:
    page = client.get(article_url(ArticleFactory.create(), "versions")).content.decode()
    assert "There is no revision yet." in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_revisions_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    article = published()
    for _ in range(count - 1):
        draft(article)
    with django_assert_num_queries(VERSIONS_QUERIES):
        page = client.get(article_url(article, "versions"))
    assert len(page.context["page"].object_list) == count


def test_many_revisions_have_pages(client: Client, editor: User) -> None:
    article = draft().article
    first = article.revisions.get()
    Revision.objects.bulk_create(
        Revision(article=article, number=number, title="x", created_by=first.created_by)
        for number in range(2, 53)
    )
    page = client.get(article_url(article, "versions"), {"p": "2"})
    assert [row.number for row in page.context["page"]] == [2, 1]
    assert 'href="?p=1"' in page.content.decode()
    assert 'href="?p=2"' in client.get(article_url(article, "versions")).content.decode()


def test_earlier_words_become_a_new_draft(client: Client, editor: User) -> None:
    article = republished(published(html="<p>First words.</p>"), html="<p>Other words.</p>")
    response = client.post(article_url(article, "versions"), {"number": "1"})
    made = article.revisions.get(number=3)
    assert (made.html, made.state, made.created_by) == ("<p>First words.</p>", RevisionState.DRAFT, editor)
    assert (said(response), response["Location"]) == (["Revision 3 is a draft now."], change_url(made))


def test_earlier_words_stay_behind_the_gate_that_readers_know(client: Client, editor: User) -> None:
    article = republished(published(html="<p>First words.</p>"), gate=Gate(sections=("first-part",)))
    response = client.post(article_url(article, "versions"), {"number": "1"})
    assert article.revisions.get(number=3).is_premium is True
    assert said(response) == [
        "Revision 3 is a draft now.",
        "Something in it needs your eyes; see its report.",
    ]


@pytest.mark.parametrize("number", ["", "x", "9", "1' OR 1=1"])
def test_words_of_no_revision_are_not_found(client: Client, editor: User, number: str) -> None:
    assert client.post(article_url(draft().article, "versions"), {"number": number}).status_code == 404


def test_who_may_only_look_is_offered_no_draft_and_gets_none(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_article", "view_revision"])
    person.user_permissions.set(rights)
    client.force_login(person)
    article = draft().article
    assert "Start a new draft" not in client.get(article_url(article, "versions")).content.decode()
    response = client.post(article_url(article, "versions"), {"number": "1"})
    assert (said(response), response["Location"]) == (
        ["Only editors write drafts."],
        article_url(article, "versions"),
    )
    assert article.revisions.count() == 1


def test_article_page_names_the_newest_and_leads_to_all(client: Client, editor: User) -> None:
    article = draft().article
    for _ in range(6):
        draft(article)
    page = client.get(article_url(article)).content.decode()
    assert [f"Revision {number}</a>" in page for number in range(1, 8)] == [False] * 2 + [True] * 5
    assert f'href="{article_url(article, "versions")}"' in page


def test_page_of_a_revision_leads_to_the_comparison(client: Client, editor: User) -> None:
    revision = draft()
    move(by=editor, revision=revision, target=RevisionState.IN_REVIEW, now=timezone.now())
    page = client.get(change_url(revision)).content.decode()
    assert f'href="{article_url(revision.article, "compare")}?new=1"' in page
