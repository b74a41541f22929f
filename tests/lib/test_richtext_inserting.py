"""A block that is put behind the words of a section."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakthru.lib.richtext import ARTICLE, TooLongError, clean, sections
from breakthru.lib.richtext.inserting import UnknownSectionError, insert_at_end_of_section

BLOCK = '<aside class="note ok" aria-label="Of others"><p>New words.</p><ul><li>One</li></ul></aside>'
NOTES = '<section class="footnotes" aria-label="Footnotes"><ol><li id="fn-1">A note</li></ol></section>'
FIRST = '<h2 id="first">First</h2><p>One.</p>'
SMALL = '<h4 id="small">Small</h4><p>Three.</p>'
INNER = f'<h3 id="inner">Inner</h3><p>Two<sup><a href="#fn-1">1</a></sup>.</p>{SMALL}'
SECOND = '<h2 id="second">Second</h2><p>Four.</p>'
HTML = f"<p>Before.</p>{FIRST}{INNER}{SECOND}{NOTES}"


def test_the_article_of_these_tests_is_clean() -> None:
    assert (clean(HTML, ARTICLE).html, clean(BLOCK, ARTICLE).html) == (HTML, BLOCK)


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("first", f"<p>Before.</p>{FIRST}{BLOCK}{INNER}{SECOND}{NOTES}"),
        ("inner", f"<p>Before.</p>{FIRST}{INNER}{BLOCK}{SECOND}{NOTES}"),
        ("second", f"<p>Before.</p>{FIRST}{INNER}{SECOND}{BLOCK}{NOTES}"),
        ("", f"<p>Before.</p>{FIRST}{INNER}{SECOND}{BLOCK}{NOTES}"),
    ],
)
def test_block_stands_before_the_next_heading_or_the_footnotes(anchor: str, expected: str) -> None:
    assert insert_at_end_of_section(HTML, anchor, BLOCK) == expected


@pytest.mark.parametrize("anchor", ["second", ""])
def test_block_ends_a_text_without_footnotes(anchor: str) -> None:
    assert insert_at_end_of_section(SECOND, anchor, BLOCK) == SECOND + BLOCK


def test_block_may_be_the_first_words_of_a_text() -> None:
    assert insert_at_end_of_section("", "", BLOCK) == BLOCK


def test_block_of_several_parts_keeps_their_order() -> None:
    html = insert_at_end_of_section(FIRST + SECOND, "first", "Loose words<p>Then these.</p><p>Last.</p>")

    assert html == f"{FIRST}<p>Loose words</p><p>Then these.</p><p>Last.</p>{SECOND}"


@pytest.mark.parametrize("anchor", ["gone", "small", "fn-1"])
def test_a_section_that_is_not_there_is_refused(anchor: str) -> None:
    with pytest.raises(UnknownSectionError, match="no such section any more"):
        insert_at_end_of_section(HTML, anchor, BLOCK)


def test_a_text_that_grows_too_long_is_refused() -> None:
    html = clean("<p>" + "word " * ((ARTICLE.max_bytes - 100) // 5) + "</p>", ARTICLE).html

    with pytest.raises(TooLongError):
        insert_at_end_of_section(html, "", BLOCK)


_TITLES = st.lists(st.tuples(st.sampled_from(["h2", "h3", "h4"]), st.sampled_from("abc")), max_size=8)


@settings(max_examples=60, deadline=None)
@given(titles=_TITLES, notes=st.booleans(), pick=st.integers(0, 8))
def test_result_is_clean_and_the_other_sections_are_as_they_were(
    titles: list[tuple[str, str]], notes: bool, pick: int
) -> None:
    body = "<p>Start.</p>" + "".join(f"<{tag}>{name}</{tag}><p>Words.</p>" for tag, name in titles)
    html = clean(body + (NOTES if notes else ""), ARTICLE).html
    before = [part for part in sections(html) if part.level]
    anchor = before[pick % len(before)].id if before else ""

    found = insert_at_end_of_section(html, anchor, BLOCK)

    assert clean(found, ARTICLE).html == found
    assert found.replace(BLOCK, "") == html
    holding = [part.id for part in sections(found) if BLOCK in part.html]
    assert holding == [anchor]
