"""What readers without Premium have of an article."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakthru.lib.richtext import (
    ARTICLE,
    clean,
    opening,
    without_sections,
)


def _article(html: str) -> str:
    return clean(html, ARTICLE).html


def _words(count: int, word: str = "word") -> str:
    return f"<p>{' '.join([word] * count)}</p>"


def _reference(number: int, place: str = "") -> str:
    return f'<sup><a href="#fn-{number}" id="fnref-{number}{place}">{number}</a></sup>'


def _note(number: int, *places: str) -> str:
    links = "".join(
        f' <a href="#fnref-{number}{place}" aria-label="Back to reference {number}{place}">↩</a>'
        for place in places or ("",)
    )
    return f'<li id="fn-{number}">Note {number}{links}</li>'


def _notes(*notes: str) -> str:
    return f'<section class="footnotes" aria-label="Footnotes"><ol>{"".join(notes)}</ol></section>'


def test_opening_ends_with_the_block_that_fills_it() -> None:
    html = _words(10, "a") + _words(10, "b") + _words(10, "c") + _words(30, "d")

    assert opening(html, words=15) == _words(10, "a") + _words(10, "b")


def test_opening_ends_before_a_block_that_would_make_it_much_longer() -> None:
    html = _words(10, "a") + _words(6, "b") + _words(30, "c")

    assert opening(html, words=10) == _words(10, "a")
    assert opening(html, words=14) == _words(10, "a") + _words(6, "b")
    assert opening(html, words=20) == _words(10, "a") + _words(6, "b")


def test_opening_has_the_first_block_however_long() -> None:
    html = _words(500, "a") + _words(500, "b")

    assert opening(html, words=1) == _words(500, "a")


def test_opening_of_a_short_text_has_at_most_half_of_its_words() -> None:
    html = _words(3, "a") + _words(2, "b") + _words(1, "c") + _words(4, "d")

    assert opening(html, words=100) == _words(3, "a") + _words(2, "b")


def test_opening_of_a_short_text_has_its_first_block() -> None:
    assert opening(_words(9, "a") + _words(1, "b"), words=100) == _words(9, "a")


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>all there is</p>",
        '<h2 id="a">A</h2>',
        '<h2 id="a">A</h2><p>all there is</p><h2 id="b">B</h2>',
        f"<p>a{_reference(1)}</p>{_notes(_note(1))}",
    ],
)
def test_text_of_one_block_has_no_opening(html: str) -> None:
    assert opening(html, words=1) == ""


def test_opening_does_not_end_with_a_heading() -> None:
    html = f'{_words(9)}<h2 id="a">A</h2>{_words(30)}{_words(90)}'

    assert opening(html, words=10) == _words(9)


def test_opening_takes_a_heading_with_what_it_opens() -> None:
    html = f'<h2 id="a">A</h2><h3 id="b">B</h3>{_words(9)}{_words(90)}'

    assert opening(html, words=5) == f'<h2 id="a">A</h2><h3 id="b">B</h3>{_words(9)}'


def test_opening_stays_before_the_second_h2() -> None:
    html = f'<p>x</p><h2 id="a">A</h2><p>y</p><h2 id="b">B</h2><p>z</p>{_words(900)}'

    assert opening(html, words=100) == '<p>x</p><h2 id="a">A</h2><p>y</p>'


def test_opening_has_words_after_a_picture_in_front() -> None:
    picture = '<figure><img src="/media/a.png" alt=""></figure>'
    html = _article(picture + _words(60, "a") + _words(60, "b"))

    assert opening(html, words=30) == _article(picture + _words(60, "a"))


def test_opening_of_pictures_has_half_of_them() -> None:
    html = '<aside data-fact="k"></aside>' * 10

    assert opening(html, words=1_000) == '<aside data-fact="k"></aside>' * 5


def test_opening_of_many_fact_cards_ends() -> None:
    html = '<aside data-fact="k"></aside>' * 5_000

    assert opening(html, words=100) == '<aside data-fact="k"></aside>' * 5


def test_opening_keeps_only_its_own_footnotes() -> None:
    open_part = f"<p>{'word ' * 9}a{_reference(1)}</p>"
    html = _article(
        f"{open_part}<p>{'word ' * 9}b{_reference(2)}{_reference(1, '-2')}</p>"
        f"{_notes(_note(1, '', '-2'), _note(2))}"
    )

    assert opening(html, words=5) == _article(open_part + _notes(_note(1)))


def test_opening_without_references_has_no_footnotes() -> None:
    html = _article(_words(9) + f"<p>{'word ' * 9}{_reference(1)}</p>" + _notes(_note(1)))

    assert opening(html, words=5) == _words(9)


_PARTS = _article(
    "<p>intro</p><h2>A</h2><p>a</p><h3>A1</h3><p>a1</p><h4>A1x</h4><p>a1x</p><h2>B</h2><p>b</p>"
    "<h3>B1</h3><p>b1</p><h3>B2</h3><ul><li>b2</li></ul>"
)


@pytest.mark.parametrize(
    ("anchors", "left"),
    [
        (
            ["a"],
            (
                "<p>intro</p><h2>A</h2><h3>A1</h3><h2>B</h2><p>b</p><h3>B1</h3><p>b1</p><h3>B2</h3>"
                "<ul><li>b2</li></ul>"
            ),
        ),
        (
            {"a1", "b1"},
            (
                "<p>intro</p><h2>A</h2><p>a</p><h3>A1</h3><h2>B</h2><p>b</p><h3>B1</h3><h3>B2</h3>"
                "<ul><li>b2</li></ul>"
            ),
        ),
        (("a", "a1", "b"), "<p>intro</p><h2>A</h2><h3>A1</h3><h2>B</h2><h3>B1</h3><h3>B2</h3>"),
    ],
)
def test_without_sections_keeps_headings_and_drops_what_they_open(anchors: Sequence[str], left: str) -> None:
    assert without_sections(_PARTS, anchors) == _article(left)


@pytest.mark.parametrize("anchors", [[], ["unknown"], [""], ["a1x"]])
def test_without_sections_of_other_anchors_changes_nothing(anchors: Sequence[str]) -> None:
    html = _PARTS + _notes(_note(1))

    assert without_sections(html, anchors) == html


def test_without_sections_tells_headings_of_the_same_text_apart() -> None:
    html = _article("<h2>Same</h2><p>x</p><h2>Same</h2><p>y</p><h2>Same</h2><p>z</p>")

    assert without_sections(html, ["same-2"]) == (
        '<h2 id="same">Same</h2><p>x</p><h2 id="same-2">Same</h2><h2 id="same-3">Same</h2><p>z</p>'
    )


def test_kept_footnotes_keep_their_numbers() -> None:
    text = "<p>x{}</p><h2>A</h2><p>y{}</p><h2>B</h2><p>z{}{}</p><h2>C</h2><p>w{}</p>"
    numbers = [_reference(number) for number in range(1, 6)]
    html = _article(text.format(*numbers) + _notes(*(_note(number) for number in range(1, 6))))

    assert without_sections(html, ["a", "c"]) == _article(
        "<p>x{}</p><h2>A</h2><h2>B</h2><p>z{}{}</p><h2>C</h2>".format(numbers[0], *numbers[2:4])
        + '<section class="footnotes">'
        + f'<ol>{_note(1)}</ol><ol start="3">{_note(3)}{_note(4)}</ol></section>'
    )


def test_footnotes_that_count_on_keep_their_numbers() -> None:
    notes = _notes(_note(7), _note(8)).replace("<ol>", '<ol start="7">')
    html = _article(f"<h2>A</h2><p>x{_reference(7)}</p><h2>B</h2><p>y{_reference(8)}</p>{notes}")

    assert without_sections(html, ["a"]).endswith(f'<ol start="8">{_note(8)}</ol></section>')


def test_nothing_but_referenced_notes_stays_of_the_footnotes() -> None:
    section = (
        f'<section class="footnotes"><p>secret</p><ol><li>secret</li>{_note(1)}'
        f"<li>secret {_reference(2)}</li>{_note(2)}</ol></section>"
    )
    html = _article(f"<p>x{_reference(1)}</p><h2>A</h2><p>y</p>{section}")

    left = without_sections(html, ["a"])

    assert "secret" not in left
    assert left.count("<li") == 1


def test_note_of_a_gated_heading_goes() -> None:
    html = _article(f"<h2>A{_reference(1)}x<sup>2</sup></h2><p>y</p>{_notes(_note(1))}")

    assert without_sections(html, ["ax2"]) == '<h2 id="ax2">Ax<sup>2</sup></h2>'


def test_footnotes_within_footnotes_are_pruned_too() -> None:
    inner = f'<section class="footnotes"><ol>{_note(2)}</ol></section>'
    html = _article(
        f"<p>x{_reference(1)}</p><h2>A</h2><p>y{_reference(2)}</p>"
        f'<section class="footnotes">{inner}<ol><li id="fn-1">Note 1{inner}</li></ol></section>'
    )

    assert "Note 2" not in without_sections(html, ["a"])


def test_links_to_what_went_become_words() -> None:
    html = _article(
        '<p><a href="#fig-2">two</a> <a href="#a">head</a> <a href="#nowhere">none</a> '
        '<a href="/feed/">feed</a></p><h2>A</h2><figure id="fig-2"><img src="/media/a.png"></figure>'
    )

    assert without_sections(html, ["a"]) == (
        '<p>two <a href="#a">head</a> <a href="#nowhere">none</a> <a href="/feed/">feed</a></p>'
        '<h2 id="a">A</h2>'
    )


def test_link_to_what_went_stays_a_target() -> None:
    html = _article(
        '<p><a href="#goal" id="from">x</a> <a href="#from">y</a></p><h2>A</h2><p id="goal">z</p>'
    )

    assert without_sections(html, ["a"]) == (
        '<p><a id="from">x</a> <a href="#from">y</a></p><h2 id="a">A</h2>'
    )


@dataclass
class _Built:
    """An article of unlike words, and which section each of them stands in."""

    html: str
    sections: dict[str, set[str]]
    blocks: list[tuple[str, str]]


_H4 = "<h4>{}</h4>"
_SHAPES = [
    "<p>{}</p>",
    "<p>{}</p>",
    "<ul><li>{}<ul><li><a href='#p'>x</a></li></ul></li></ul>",
    "<table><caption>{}</caption><tr><td>1</td></tr></table>",
    "<aside class='ok' aria-label='{}'>x</aside>",
    "<figure id='p'><img src='/media/a.png' alt='{}'></figure>",
    "<aside data-fact='{}'></aside>",
    _H4,
    "<p>x<sup><a href='#fn-{n}' id='fnref-{n}'>{n}</a></sup></p>",
]


@st.composite
def _built(draw: st.DrawFn) -> _Built:
    anchor, outer, html, notes = "", "", [], []
    found: dict[str, set[str]] = {"": set()}
    blocks: list[tuple[str, str]] = []
    for number, shape in enumerate(draw(st.lists(st.sampled_from(["<h2>", "<h3>", *_SHAPES]), max_size=20))):
        word = f"secret{number}end"
        if shape in {"<h2>", "<h3>"}:
            # Without an h2 above it, an h3 is one itself.
            nested = shape == "<h3>" and outer != ""
            anchor = f"part{number}end"
            html.append(f"<{'h3' if nested else 'h2'} id='{anchor}'>Head</{shape[1:]}")
            found[anchor] = set()
            outer = outer if nested else anchor
            continue
        if shape == _H4 and anchor == outer:
            # Without an h3 above it, an h4 is one itself.
            continue
        html.append(shape.format(word, n=number))
        if "{n}" in shape:
            notes.append(f"<li id='fn-{number}'>{word} <a href='#fnref-{number}'>↩</a></li>")
        for name in {anchor, outer}:
            found[name].add(word)
        blocks.append((shape, word))
    section = f"<section class='footnotes'><ol>{''.join(notes)}</ol></section>" if notes else ""
    return _Built(_article("".join(html) + section), found, blocks)


@settings(deadline=None)
@given(built=_built(), data=st.data())
def test_nothing_of_a_gated_section_survives(built: _Built, data: st.DataObject) -> None:
    names = sorted(name for name in built.sections if name)
    gated = data.draw(st.sets(st.sampled_from(names))) if names else set()
    secret = {word for name in gated for word in built.sections[name]}

    left = without_sections(built.html, gated)

    assert {word for _, word in built.blocks if word in left} == {word for _, word in built.blocks} - secret
    assert clean(left, ARTICLE).outline == clean(built.html, ARTICLE).outline
    assert clean(left, ARTICLE).html == left


@settings(deadline=None)
@given(built=_built(), words=st.integers(0, 40))
def test_opening_is_a_beginning_and_never_all(built: _Built, words: int) -> None:
    shown = opening(built.html, words=words)

    # An h4 at the very end opens nothing and never shows; the others are blocks that do.
    order = [word for _, word in built.blocks]
    seen = [word for word in order if word in shown]
    solid = [word for shape, word in built.blocks if shape != _H4]
    assert seen == order[: len(seen)]
    assert not solid or solid[-1] not in shown
    assert (shown != "") == (len(solid) > 1)
    assert clean(shown, ARTICLE).html == shown


def test_hundreds_of_sections_are_no_trouble() -> None:
    cleaned = clean("".join(f"<h2>Same</h2><p>w{number}w</p>" for number in range(500)), ARTICLE)

    left = without_sections(cleaned.html, [heading.id for heading in cleaned.outline[1:]])

    assert left.startswith('<h2 id="same">Same</h2><p>w0w</p><h2 id="same-2">Same</h2><h2 id="same-3">')
    assert (left.count("<h2"), left.count("<p>")) == (500, 1)
