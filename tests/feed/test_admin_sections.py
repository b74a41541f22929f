"""Staff pages of what readers ask at articles, for editors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zeal
from django.test import Client
from django.urls import reverse

from accounts.models import User
from feed.admin import sections
from feed.models import Answer
from feed.models.question import Visibility
from feed.services.folding import fold_answer
from learner_series.lifecycle import RevisionState
from learner_series.services.publishing import move
from tests.factories.library import SeriesFactory, published, republished
from tests.factories.people import UserFactory, experience, staff
from tests.factories.questions import answered, source
from tests.feed.asked import LIST, ask, fold, section

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
SCRIPT = '"><script>alert(1)</script>'
# Who is signed in, the session, rights; then two choices, the sections, their articles.
LIST_QUERIES = 8
# The same beginning; then article, questions, answers, sources, scopes, the newest and the live text.
SECTION_QUERIES = 11


@pytest.fixture
def editor(client: Client) -> User:
    """An editor, signed in."""
    person = staff("editor")
    client.force_login(person)
    return person


def rows(client: Client, **query: Any) -> list[tuple[str, int, int, int, str]]:
    """The table without its links: article and section, asked, answered, waiting, last asked."""
    found = client.get(LIST, query).context["table"]["rows"]
    return [(f"{row[0]}: {_words(row[1])}", *row[2:]) for row in found]


def _words(link: str) -> str:
    return link.partition(">")[2].removesuffix("</a>")


# --- The sections


def test_sections_are_counted_and_the_most_asked_come_first(client: Client, editor: User) -> None:
    one, two = published(title="One"), published(title="Two")
    ask(one, asked_at=NOW - timedelta(days=2))
    answered(ask(two, "second-part", "Second part", asked_at=NOW))
    ask(two, "second-part", "Second part", asked_at=NOW - timedelta(days=1))
    ask(two, "", asked_at=NOW - timedelta(days=1))
    assert rows(client) == [
        ("Two: Second part", 2, 1, 1, "June 3, 2026"),
        ("Two: The whole article", 1, 0, 1, "June 2, 2026"),
        ("One: First part", 1, 0, 1, "June 1, 2026"),
    ]


def test_each_section_leads_to_its_questions(client: Client, editor: User) -> None:
    article = published()
    ask(article)
    ask(article, "")
    page = client.get(LIST).content.decode()
    assert f'<a href="{section(article)}" class="bt-link">First part</a>' in page
    assert f'<a href="{section(article, "")}" class="bt-link">The whole article</a>' in page


def test_a_section_is_called_as_it_is_now_or_as_it_was(client: Client, editor: User) -> None:
    article = published(title="Edited")
    ask(article, asked_at=NOW)
    ask(article, "second-part", "Second part", asked_at=NOW - timedelta(days=1))
    republished(article, html='<h2 id="first-part">A new name</h2><p>Words.</p>')
    assert [row[0] for row in rows(client)] == ["Edited: A new name", "Edited: moved: Second part"]


def test_an_article_that_readers_cannot_open_says_so(client: Client, editor: User) -> None:
    article = published(title="Gone")
    ask(article)
    assert article.live is not None
    move(by=editor, revision=article.live, target=RevisionState.RETIRED, now=NOW)
    assert [row[0] for row in rows(client)] == ["Gone (not published): moved: First part"]


def test_only_what_everybody_can_see_is_counted(client: Client, editor: User) -> None:
    article = published(title="One")
    ask(article, asked_at=NOW)
    for visibility in (Visibility.HELD, Visibility.HIDDEN):
        ask(article, visibility=visibility)
    ask(None, "")
    assert rows(client) == [("One: First part", 1, 0, 1, "June 3, 2026")]


def test_sections_of_one_series_or_one_article(client: Client, editor: User) -> None:
    series = SeriesFactory.create(slug="getting-in")
    inside, beside = published(title="Inside", series=series), published(title="Beside", slug="beside")
    ask(inside)
    ask(beside)
    unasked = published(title="Unasked", slug="unasked")
    names = [
        [row[0] for row in rows(client, **query)]
        for query in (
            {"series": "getting-in"},
            {"article": "beside"},
            {"series": "getting-in", "article": "beside"},
        )
    ]
    assert names == [["Inside: First part"], ["Beside: First part"], []]
    # Not even offered.
    assert [row[0] for row in rows(client, article=unasked.slug)] == [
        "Beside: First part",
        "Inside: First part",
    ]


@pytest.mark.parametrize(
    "query", ["series=x&article=x", "series=%00", "article=%00", "page=x", "page=0", "page=²"]
)
def test_list_ignores_what_it_does_not_know(client: Client, editor: User, query: str) -> None:
    ask(published())
    page = client.get(f"{LIST}?{query}")
    assert (page.status_code, len(page.context["table"]["rows"])) == (200, 1)


def test_list_is_paged_and_keeps_the_choice(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "PAGE_SIZE", 2)
    article = published(slug="long")
    for number in range(5):
        ask(article, f"part-{number}", f"Part {number}", asked_at=NOW - timedelta(days=number))
    pages = [client.get(LIST, {"article": "long", "page": number}).context for number in (1, 2, 3, 4)]
    assert [len(page["table"]["rows"]) for page in pages] == [2, 2, 1, 0]
    assert [(page["previous_url"], page["next_url"]) for page in pages] == [
        ("", "?article=long&page=2"),
        ("?article=long&page=1", "?article=long&page=3"),
        ("?article=long&page=2", ""),
        ("?article=long&page=3", ""),
    ]


def test_pages_have_links_to_each_other(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "PAGE_SIZE", 1)
    for _ in range(3):
        ask(published())
    page = client.get(LIST, {"page": 2}).content.decode()
    assert 'href="?page=1"' in page
    assert 'href="?page=3"' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "Readers do it by the link beside each heading"), ("?article=one", "or show all")],
)
def test_an_empty_list_says_why(client: Client, editor: User, query: str, words: str) -> None:
    if query:
        other = published(slug="two", series=SeriesFactory.create(slug="a"))
        ask(published(slug="one"))
        ask(other)
        query += "&series=a"
    page = client.get(f"{LIST}{query}").content.decode()
    assert words in " ".join(page.split())


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        answered(ask(published(series=SeriesFactory.create())))
    with django_assert_num_queries(LIST_QUERIES), zeal.zeal_context():
        page = client.get(LIST)
    assert len(page.context["table"]["rows"]) == count


# --- One section


def test_section_has_its_questions_newest_first_with_what_everybody_can_see(
    client: Client, editor: User
) -> None:
    article = published(title="One")
    old, new = (ask(article, asked_at=NOW - timedelta(days=days)) for days in (2, 1))
    ask(article, "second-part", "Second part")
    ask(published())
    ask(article, visibility=Visibility.HIDDEN)
    shown, hidden = answered(new), answered(new)
    hidden.visibility = Visibility.HIDDEN
    hidden.save()
    page = client.get(section(article))
    assert [row["question"] for row in page.context["questions"]] == [new, old]
    assert page.context["questions"][0]["answers"] == [(shown, False)]
    assert page.context["questions"][1]["answers"] == []
    assert b"No answer yet." in page.content


def test_section_tells_what_an_answer_is_and_offers_to_fold_it(client: Client, editor: User) -> None:
    article = published()
    question = ask(article, quote="Words.")
    stages = (experience("education_stage", "ug_year3", label="College, third year"),)
    answer = answered(question, is_for_everyone=False, scope_terms=stages, cycle_year=2027)
    page = client.get(section(article)).content.decode()
    for words in (
        "My story",
        "College, third year",
        "Starting school in 2027",
        "It worked for me.",
        "Words.",
    ):
        assert words in page
    assert f'href="{fold(article, answer)}"' in page
    assert answer.mentor.user.display_name in page
    assert question.asker.email not in page


@pytest.mark.parametrize(
    ("basis", "words"),
    [("official_source", "Official source"), ("opinion", "Opinion"), ("pattern", "A pattern")],
)
def test_section_names_the_basis(client: Client, editor: User, basis: str, words: str) -> None:
    article = published()
    answered(ask(article), basis=basis, sources=(source(),))
    assert words in client.get(section(article)).content.decode()


def test_section_says_when_the_draft_has_an_answer(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article))
    fold_answer(by=editor, answer=answer, anchor="first-part")
    page = client.get(section(article)).content.decode()
    assert "In revision 2 already" in page
    assert fold(article, answer) not in page


def test_the_whole_article_is_a_section(client: Client, editor: User) -> None:
    article = published()
    question = ask(article, "")
    ask(article)
    page = client.get(section(article, ""))
    assert (page.context["title"], [row["question"] for row in page.context["questions"]]) == (
        "The whole article",
        [question],
    )


def test_section_that_nobody_asked_about_is_empty(client: Client, editor: User) -> None:
    page = client.get(section(published(), "any"))
    assert (page.status_code, page.context["questions"]) == (200, [])
    assert b"Nobody has asked anything from here" in page.content


def test_section_escapes_what_people_wrote(client: Client, editor: User) -> None:
    article = published()
    question = ask(article, SCRIPT, SCRIPT, quote=SCRIPT, asker=UserFactory.create(display_name=SCRIPT))
    answer = answered(question)
    Answer.objects.update(written_as=SCRIPT, body_text=SCRIPT)
    for url in (LIST, section(article, SCRIPT), fold(article, answer)):
        page = client.get(url).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_section_is_paged_by_a_cursor(client: Client, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "PAGE_SIZE", 2)
    article = published()
    made = [ask(article, asked_at=NOW - timedelta(days=days)) for days in range(3)]
    first = client.get(section(article))
    second = client.get(reverse("admin:feed_question_section", args=[article.pk]) + first.context["next_url"])
    seen = [row["question"] for page in (first, second) for row in page.context["questions"]]
    assert (seen, second.context["next_url"]) == (made, "")
    assert b"Older questions" in first.content


@pytest.mark.parametrize("path", ["999999/", f"{10**30}/", "1/?section=%00"])
def test_what_does_not_exist_is_404(client: Client, editor: User, path: str) -> None:
    if "section" in path:
        path = path.replace("1/", f"{published().pk}/")
    assert client.get(f"{LIST}{path}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_section_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    article = published()
    for _ in range(count):
        question = ask(article)
        for _ in range(count):
            answered(question, sources=(source(),), is_for_everyone=False, scope_terms=(experience(),))
    with django_assert_num_queries(SECTION_QUERIES), zeal.zeal_context():
        page = client.get(section(article))
    assert len(page.context["questions"]) == count


@pytest.mark.parametrize("url", ["list", "section"])
def test_reading_changes_nothing_so_posting_is_refused(client: Client, editor: User, url: str) -> None:
    assert client.post(LIST if url == "list" else section(published())).status_code == 405
