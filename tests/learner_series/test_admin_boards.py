"""Staff boards: what is due for a check, and what readers doubt."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import User
from learner_series.admin import boards
from learner_series.models import Article, ArticleFeedback
from tests.factories.library import ArticleFactory, FactCardFactory, published
from tests.factories.people import UserFactory, staff
from tests.learner_series.article_page import article_url

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
STALE = "admin:learner_series_article_stale"
UNHELPFUL = "admin:learner_series_article_unhelpful"
STALE_QUERIES = 7
UNHELPFUL_QUERIES = 6
FEEDBACK_QUERIES = 7


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor, signed in on TODAY."""
    # At noon: the same day wherever staff sit.
    time_machine.move_to(datetime.combine(TODAY, time(12), UTC), tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def due(title: str, review_on: date, **fields: Any) -> Article:
    """A live article whose facts were to be checked by a day."""
    article = published(title=title)
    Article.objects.filter(pk=article.pk).update(review_on=review_on, **fields)
    return article


def tables(page: Any) -> list[list[list[str]]]:
    return [board["table"]["rows"] for board in page.context["tables"]]


def link(url: str, words: str) -> str:
    return f'<a href="{url}" class="bt-link">{words}</a>'


def card_url(pk: int) -> str:
    return reverse("admin:learner_series_factcard_change", args=[pk])


# --- Stale ---


def test_articles_that_are_due_stand_longest_first(client: Client, editor: User) -> None:
    late = due("Late", TODAY - DAY)
    later = due("Later", TODAY - 9 * DAY, checked_on=date(2026, 1, 2))
    due("Not yet", TODAY)
    ArticleFactory.create(title="Nobody reads it", review_on=TODAY - DAY)
    articles, _, _ = tables(client.get(reverse(STALE)))
    assert articles == [
        [link(article_url(later), "Later"), "November 13, 2026", "January 2, 2026"],
        [link(article_url(late), "Late"), "November 21, 2026", "Never"],
    ]


def test_articles_are_listed_with_the_due_cards_they_show(client: Client, editor: User) -> None:
    first = FactCardFactory.create(key="a", rule="Limits", review_on=TODAY - 2 * DAY)
    second = FactCardFactory.create(key="b", rule="Fees", review_on=TODAY - DAY)
    FactCardFactory.create(key="c", review_on=TODAY)
    html = "".join(f'<p>x</p><aside data-fact="{key}"></aside>' for key in "abc")
    article = published(title="Shows them", html=html)
    _, articles, cards = tables(client.get(reverse(STALE)))
    names = f"{link(card_url(first.pk), 'Limits')}, {link(card_url(second.pk), 'Fees')}"
    assert articles == [[link(article_url(article), "Shows them"), names]]
    assert cards == [
        [link(card_url(first.pk), "Limits"), "a", "November 20, 2026", "1"],
        [link(card_url(second.pk), "Fees"), "b", "November 21, 2026", "1"],
    ]


def test_nothing_is_stale(client: Client, editor: User) -> None:
    page = client.get(reverse(STALE))
    assert tables(page) == [[], [], []]
    assert page.content.decode().count("Nothing is waiting here.") == 3


def test_board_shows_the_first_and_says_that_there_are_more(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MOST", 2)
    for number in range(3):
        FactCardFactory.create(key=f"k{number}", review_on=TODAY - DAY)
    page = client.get(reverse(STALE))
    assert [row[1] for row in tables(page)[2]] == ["k0", "k1"]
    assert "Only the first 2 are shown" in " ".join(page.content.decode().split())


@pytest.mark.parametrize("count", [1, 3])
def test_stale_board_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        FactCardFactory.create(key=f"k{number}", review_on=TODAY - DAY)
        html = f'<p>x</p><aside data-fact="k{number}"></aside>'
        article = published(html=html)
        Article.objects.filter(pk=article.pk).update(review_on=TODAY - DAY)
    with django_assert_num_queries(STALE_QUERIES):
        page = client.get(reverse(STALE))
    assert [len(rows) for rows in tables(page)] == [count] * 3


# --- Unhelpful ---


def said_of(article: Article, *, yes: int = 0, missing: tuple[str, ...] = ()) -> None:
    for _ in range(yes):
        ArticleFeedback.objects.create(article=article, user=UserFactory.create(), is_helpful=True)
    for words in missing:
        ArticleFeedback.objects.create(
            article=article, user=UserFactory.create(), is_helpful=False, missing=words, revision=article.live
        )


def test_articles_that_readers_doubt_stand_most_doubtful_first(client: Client, editor: User) -> None:
    some, most = published(title="Some"), published(title="Most <b>")
    said_of(some, yes=3, missing=("x",))
    said_of(most, missing=("x", "y", ""))
    said_of(published(title="Loved"), yes=2)
    (rows,) = tables(client.get(reverse(UNHELPFUL)))
    assert rows == [
        [link(article_url(most, "feedback"), "Most &lt;b&gt;"), "0", "3", "100%"],
        [link(article_url(some, "feedback"), "Some"), "3", "1", "25%"],
    ]


def test_nobody_doubts(client: Client, editor: User) -> None:
    page = client.get(reverse(UNHELPFUL))
    assert (tables(page), page.content.decode().count("Nothing is waiting here.")) == ([[]], 1)


@pytest.mark.parametrize("count", [1, 3])
def test_unhelpful_board_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        said_of(published(), missing=("x",))
    with django_assert_num_queries(UNHELPFUL_QUERIES):
        page = client.get(reverse(UNHELPFUL))
    assert len(tables(page)[0]) == count


def test_unhelpful_board_has_pages(client: Client, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "PER_PAGE", 1)
    for _ in range(2):
        said_of(published(), missing=("x",))
    page = client.get(reverse(UNHELPFUL), {"p": "2"})
    assert len(tables(page)[0]) == 1
    assert "Page 2 of 2" in page.content.decode()


# --- Reasons ---


def test_reasons_stand_newest_first_without_names_and_markup(
    client: Client, editor: User, time_machine: TimeMachineFixture
) -> None:
    article = published()
    said_of(article, missing=("Older words",))
    time_machine.shift(DAY)
    client.force_login(editor)
    said_of(article, yes=1, missing=("<script>alert(1)</script>\nnewer", ""))
    page = client.get(article_url(article, "feedback"))
    assert [row.missing for row in page.context["page"]] == [
        "<script>alert(1)</script>\nnewer",
        "Older words",
    ]
    html = page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>newer" in html
    assert "November 22, 2026, on revision 1" in " ".join(html.split())
    readers = User.objects.filter(pk__in=ArticleFeedback.objects.values("user"))
    assert [person.display_name in html for person in readers] == [False] * 4


def test_reasons_of_an_article_that_everybody_likes(client: Client, editor: User) -> None:
    page = client.get(article_url(published(), "feedback")).content.decode()
    assert "Nobody has written what was missing." in page


def test_reason_outlives_its_revision(client: Client, editor: User) -> None:
    article = published()
    said_of(article, missing=("Words",))
    ArticleFeedback.objects.update(revision=None)
    page = " ".join(client.get(article_url(article, "feedback")).content.decode().split())
    assert "November 22, 2026 </p>" in page


@pytest.mark.parametrize("count", [1, 3])
def test_reasons_have_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    article = published()
    said_of(article, missing=("Words",) * count)
    with django_assert_num_queries(FEEDBACK_QUERIES):
        page = client.get(article_url(article, "feedback"))
    assert len(page.context["page"].object_list) == count


def test_list_of_articles_leads_to_the_boards(client: Client, editor: User) -> None:
    page = client.get(reverse("admin:learner_series_article_changelist")).content.decode()
    assert [f'href="{reverse(board)}"' in page for board in (STALE, UNHELPFUL)] == [True, True]


# --- Asked ---


def test_list_of_articles_leads_to_what_readers_ask(client: Client, editor: User) -> None:
    url = reverse("admin:learner_series_article_asked")
    page = client.get(reverse("admin:learner_series_article_changelist")).content.decode()
    assert f'href="{url}"' in page
    assert client.get(url)["Location"] == reverse("admin:feed_question_sections")
