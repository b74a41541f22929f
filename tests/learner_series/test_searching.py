"""Articles found by their open words, as people type them."""

import pytest

from breakthru.lib.pagination import best_first
from breakthru.lib.search import marked
from learner_series.models import Article
from learner_series.services.editorial import Gate
from tests.factories.library import draft, published

pytestmark = pytest.mark.django_db


def titles(words: str) -> list[str]:
    """What is found, the best first."""
    page = best_first(Article.objects.published().search(words), cursor="", size=12)
    return [article.title for article in page.items]


@pytest.fixture
def library() -> None:
    """Three articles about years and schools, and a draft."""
    published(title="One gap year", html="<p>What to do between college and school.</p>")
    published(title="Paying for a year", html="<p>A gap in the budget of many schools.</p>")
    published(title="Interviews", html="<p>Traveling to schools costs money.</p>")
    draft(title="A gap year of drafts", html="<p>Schools.</p>")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gap year", {"One gap year", "Paying for a year"}),
        ('"gap year"', {"One gap year"}),
        ("schools -gap", {"Interviews"}),
        ("schools --gap", {"One gap year", "Paying for a year"}),
        ("interview", {"Interviews"}),
        ("INTERVIEWING", {"Interviews"}),
        ("college or travel", {"One gap year", "Interviews"}),
        ("elephants", set()),
        ("the", set()),
        ("", set()),
        ("-gap -interview", set()),
        ("'\"& | ! <-> :* \\", set()),
    ],
)
def test_search_takes_words_phrases_and_exclusions(library: None, words: str, expected: set[str]) -> None:
    assert set(titles(words)) == expected


def test_search_puts_a_word_of_the_title_first_then_the_summary_then_the_text() -> None:
    published(title="Ants", summary="So.", html="<p>About costs, and more.</p>")
    published(title="Bees", summary="About costs.", html="<p>Words, and more.</p>")
    published(title="Costs", summary="So.", html="<p>Words, and more.</p>")
    assert titles("cost") == ["Costs", "Bees", "Ants"]


def test_search_shows_what_was_found_and_no_markup_that_was_typed_in_a_text() -> None:
    published(html="<p>Costs &lt; 5 &amp; &lt;img src=x onerror=alert(1) in an essay today</p>")
    (article,) = Article.objects.search("essays")
    assert marked(article.found) == (  # type: ignore[attr-defined]
        "Costs &lt; 5 &amp; &lt;img src=x onerror=alert(1) in an <mark>essay</mark> today"
    )


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("part",))], ids=["all", "section"])
def test_search_finds_and_shows_no_gated_word(gate: Gate) -> None:
    published(html="<p>Public words.</p><h2>Part</h2><p>Public secret.</p>", gate=gate)
    assert titles("secret") == []
    (article,) = Article.objects.search("public")
    assert "secret" not in article.found  # type: ignore[attr-defined]


def test_search_does_not_tell_a_word_left_out_by_the_gate_from_one_that_is_not_there() -> None:
    published(title="Ants", html="<p>Public.</p><h2>Part</h2><p>Secret.</p>", gate=Gate(sections=("part",)))
    assert titles("public -secret") == titles("public -elephant") == ["Ants"]


def test_results_of_one_rank_follow_each_other_without_gap_or_repeat() -> None:
    made = [published(title="Gap years") for _ in range(5)]
    seen: list[Article] = []
    cursor = ""
    for size in (2, 2, 1):
        page = best_first(Article.objects.search("gap"), cursor=cursor, size=2)
        assert len(page.items) == size
        seen, cursor = [*seen, *page.items], page.next_cursor
    assert (seen, cursor) == (made[::-1], "")


@pytest.mark.parametrize(
    "words", ["- " * 99, "-" * 99 + "gamma", '"-" ' * 40, "-a " * 60, "or " * 60, "!! && || <->"]
)
def test_search_takes_whatever_is_typed(words: str) -> None:
    assert list(Article.objects.published().search(words)) == []
