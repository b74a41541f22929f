"""Passages of an article, found again by their words and by the outline."""

import pytest

from breakthru.lib.richtext import ARTICLE, Heading, clean, has_quote, nearest_heading

_TEXT = clean(
    "<p>Opening words</p><h2>A</h2><p>You “may” take it three times – no&nbsp;more"
    '<sup><a href="#fn-1" id="fnref-1">1</a></sup> than that.</p><ul><li>One</li><li>it’s two</li></ul>'
    "<h3>A1</h3><p>Inner\nline</p><h2>B</h2><p>Other words… caf\u00e9</p>"
    '<section class="footnotes"><ol><li id="fn-1">Note 1 <a href="#fnref-1">↩</a></li></ol></section>',
    ARTICLE,
).html


@pytest.mark.parametrize(
    ("anchor", "quote"),
    [
        ("a", 'You "may" take'),
        ("a", "  take it\n three times — no more "),
        ("a", "no more than that"),
        ("a", "no more1 than that"),
        ("a", "than that.\n\nOne\nit's two"),
        ("a", "it`s tw\u200bo"),
        ("a", "One it’s two A1 Inner line"),
        ("a1", "Inner line"),
        ("b", "Other words"),
        ("b", "words... cafe\u0301"),
        ("", "Opening words"),
        ("", "Inner line B Other words"),
        ("footnotes", "Note 1"),
    ],
)
def test_has_quote_finds_the_words_of_a_section(anchor: str, quote: str) -> None:
    assert has_quote(_TEXT, anchor, quote) is True


@pytest.mark.parametrize(
    ("anchor", "quote"),
    [
        ("a", "Opening words"),
        ("a", "Other words"),
        ("a1", "it's two"),
        ("a1", "Other words"),
        ("b", "Inner line"),
        ("nowhere", "Other words"),
        ("", "you may take"),
        ("", ""),
        ("b", " \n\u200b"),
        ("", "<p>Opening"),
    ],
)
def test_has_quote_finds_nothing_else(anchor: str, quote: str) -> None:
    assert has_quote(_TEXT, anchor, quote) is False


def test_empty_text_has_no_quote() -> None:
    assert has_quote("", "", "x") is False


def _outline(*headings: str) -> tuple[Heading, ...]:
    """Return an outline of "id=words" entries."""
    parts = (heading.partition("=") for heading in headings)
    return tuple(Heading(2, name, words) for name, _, words in parts)


@pytest.mark.parametrize(
    ("old", "anchor", "new", "found"),
    [
        (["a=A", "b=B"], "b", ["b=Renamed", "c=B"], "b"),
        ([], "b", ["b=B"], "b"),
        (["a=A", "b=The Words"], "b", ["a=A", "c=the words", "d=The words"], "c"),
        (["a=A", "b=B", "c=C"], "c", ["x=X", "a=A", "b=B"], "b"),
        (["a=A", "b=B", "c=C"], "c", ["x=X", "a=A"], "a"),
        (["a=A", "b=B", "c=C"], "c", ["x=X", "y=a"], "y"),
        (["a=A", "b=B"], "a", ["b=B"], None),
        (["a=A"], "unknown", ["a=A"], None),
        (["a=A"], "", ["a=A"], None),
        (["a=A"], "a", [], None),
        (["s=Same", "s-2=Same"], "s-2", ["s=Same"], "s"),
        (["x=X", "s=Same", "y=Y", "s-2=Same"], "s-2", ["s=Same", "y=Y"], "y"),
        (["x=X", "s=Same"], "s", ["x=X", "t=Same", "t-2=Same"], "t"),
    ],
)
def test_nearest_heading_is_where_readers_find_the_passage(
    old: list[str], anchor: str, new: list[str], found: str | None
) -> None:
    heading = nearest_heading(_outline(*old), anchor, _outline(*new))

    assert (heading.id if heading else None) == found


def test_hundreds_of_sections_are_no_trouble() -> None:
    cleaned = clean("".join(f"<h2>Same</h2><p>w{number}w</p>" for number in range(500)), ARTICLE)

    assert has_quote(cleaned.html, "same-500", "w499w") is True
    assert nearest_heading(cleaned.outline, "same-500", cleaned.outline[:1]) == cleaned.outline[0]
