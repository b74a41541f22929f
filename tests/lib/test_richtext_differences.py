"""Two texts side by side: what changed is marked, nothing gets lost, and long texts stay cheap."""

import random
import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakthru.lib.richtext import ARTICLE, clean
from breakthru.lib.richtext.differences import Gap, Row, compare, folded
from breakthru.lib.richtext.tree import read
from tests.lib.hostile import HOSTILE


def _row(old: str, new: str) -> tuple[str, str]:
    (row,) = compare(old, new)
    assert row.kind == "changed"
    return row.left, row.right


def test_compare_tells_each_kind_in_order() -> None:
    old = '<h2 id="a">One</h2><p>Two words here</p><p>gone</p><p>end</p>'
    new = '<h2 id="a">One</h2><p>Two words there</p><p>end</p><hr>'

    assert compare(old, new) == (
        Row("same", "<h2>One</h2>", "<h2>One</h2>"),
        Row("changed", "<p>Two words <del>here</del></p>", "<p>Two words <ins>there</ins></p>"),
        Row("removed", "<p><del>gone</del></p>", ""),
        Row("same", "<p>end</p>", "<p>end</p>"),
        Row("added", "", "<ins><hr></ins>"),
    )


@pytest.mark.parametrize(("old", "new", "rows"), [("", "", ()), ("", "<hr>", 1), ("<hr>", "", 1)])
def test_compare_of_nothing(old: str, new: str, rows: int | tuple[()]) -> None:
    assert len(compare(old, new)) == (rows or 0)


def test_compare_leaves_ids_out_and_does_not_count_them() -> None:
    assert compare('<h2 id="costs">Costs</h2>', '<h2 id="costs-2">Costs</h2>') == (
        Row("same", "<h2>Costs</h2>", "<h2>Costs</h2>"),
    )


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        (
            "<p>The fee is 100 dollars, or so.</p>",
            "<p>The fee was 120 dollars, or so!</p>",
            "<p>The fee <del>is 100</del> dollars, or so<del>.</del></p>",
            "<p>The fee <ins>was 120</ins> dollars, or so<ins>!</ins></p>",
        ),
        (
            "<p>a b c</p>",
            "<p>x a b c</p>",
            "<p>a b c</p>",
            "<p><ins>x</ins> a b c</p>",
        ),
        (
            '<p>a b <a href="/x">c</a></p>',
            '<p>a b <a href="/y">c</a></p>',
            '<p>a b <a href="/x"><del>c</del></a></p>',
            '<p>a b <a href="/y"><ins>c</ins></a></p>',
        ),
        (
            "<p>a b <strong>c d</strong></p>",
            "<p>a b c d</p>",
            "<p>a b <strong><del>c d</del></strong></p>",
            "<p>a b <ins>c d</ins></p>",
        ),
        ("<p>a b</p>", "<h2>a b</h2>", "<p><del>a b</del></p>", "<h2><ins>a b</ins></h2>"),
        (
            "<ul><li>a b</li><li>c<ul><li>d</li></ul></li></ul>",
            "<ul><li>a b</li><li>new</li><li>c<ul><li>e</li></ul></li></ul>",
            "<ul><li>a b</li><li>c<ul><li><del>d</del></li></ul></li></ul>",
            "<ul><li>a b</li><li><ins>new</ins></li><li>c<ul><li><ins>e</ins></li></ul></li></ul>",
        ),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td><ins>c</ins></td></tr></tbody></table>",
        ),
        (
            '<figure><img src="/media/a.webp" alt="A"><figcaption>One road</figcaption></figure>',
            '<figure><img src="/media/b.webp" alt="A"><figcaption>One road</figcaption></figure>',
            '<figure><del><img src="/media/a.webp" alt="A"></del><figcaption>One road</figcaption></figure>',
            '<figure><ins><img src="/media/b.webp" alt="A"></ins><figcaption>One road</figcaption></figure>',
        ),
        (
            '<aside class="note"><p>Look out</p></aside>',
            '<aside class="note warn"><p>Look out</p></aside>',
            '<aside class="note"><p><del>Look out</del></p></aside>',
            '<aside class="note warn"><p><ins>Look out</ins></p></aside>',
        ),
        # A family emoji and an Arabic word stay whole.
        (
            "<p>a b 👩‍⚕️ كتاب</p>",
            "<p>a b 👩‍🎓 كتاب</p>",
            "<p>a b <del>👩‍⚕️</del> كتاب</p>",
            "<p>a b <ins>👩‍🎓</ins> كتاب</p>",
        ),
        # Nothing to mark: the columns show it.
        ('<ol start="2"><li>a</li></ol>', "<ol><li>a</li></ol>", None, None),
    ],
    ids=range(11),
)
def test_changed_block_marks_words_in_its_own_markup(
    old: str, new: str, left: str | None, right: str | None
) -> None:
    assert _row(old, new) == (left or old, right or new)


def test_fact_card_is_shown_by_its_key() -> None:
    old, new = (f'<p>a</p><aside data-fact="{key}"></aside>' for key in ("fee-2026", "fee-2027"))

    assert compare(old, new)[1:] == (
        Row("changed", "<p>{{fact: <del>fee-2026}}</del></p>", "<p>{{fact: <ins>fee-2027}}</ins></p>"),
    )


def test_moved_block_goes_and_comes() -> None:
    rows = compare("<p>a a</p><p>b b</p><p>c c</p>", "<p>c c</p><p>a a</p><p>b b</p>")

    assert [(row.kind, row.left or row.right) for row in rows] == [
        ("added", "<p><ins>c c</ins></p>"),
        ("same", "<p>a a</p>"),
        ("same", "<p>b b</p>"),
        ("removed", "<p><del>c c</del></p>"),
    ]


def test_text_is_escaped() -> None:
    left, right = _row("<p>a &lt;b&gt; &amp;amp; c</p>", "<p>a &lt;script&gt; &amp;amp; c</p>")

    assert (left, right) == (
        "<p>a <del>&lt;b&gt;</del> &amp;amp; c</p>",
        "<p>a <ins>&lt;script&gt;</ins> &amp;amp; c</p>",
    )


_LINE = st.text(alphabet="ab <&👩\u200d⚕️ é\u0301.,\xa0", max_size=12).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
)
_BLOCK = st.one_of(
    _LINE.map("<p>{}</p>".format),
    _LINE.map("<h2>{}</h2>".format),
    st.just("<hr>"),
    st.tuples(_LINE, _LINE).map(lambda two: "<p>{} <em>{}</em> end</p>".format(*two)),
    st.tuples(_LINE, _LINE).map(lambda two: "<ul><li>{}<ol><li>{}</li></ol></li></ul>".format(*two)),
    st.tuples(_LINE, _LINE).map(lambda two: "<table><tr><td>{}</td><td>{}</td></tr></table>".format(*two)),
    st.sampled_from(["x", "y"]).map('<figure><img src="/media/{}" alt="a b"></figure>'.format),
)
_TEXT = st.lists(_BLOCK, max_size=6).map(lambda blocks: clean("".join(blocks), ARTICLE).html)
_MARKED = re.compile(r"<(del|ins)>.*?</\1>", re.DOTALL)


def _letters(html: str) -> str:
    """Everything that is shown but space, each picture by its source."""
    shown = re.sub(r'<img src="([^"]*)"[^>]*>|<hr>', lambda match: match[1] or "rule", html)
    return "".join(unescape(re.sub(r"<[^>]+>", "", shown)).split())


@settings(deadline=None)
@given(_TEXT, _TEXT)
def test_without_its_marks_each_side_holds_what_both_share(old: str, new: str) -> None:
    rows = compare(old, new)
    left, right = "".join(row.left for row in rows), "".join(row.right for row in rows)

    assert re.sub("</?del>", "", left) == re.sub(' id="[^"]*"', "", old)
    assert re.sub("</?ins>", "", right) == re.sub(' id="[^"]*"', "", new)
    assert _letters(_MARKED.sub("", left)) == _letters(_MARKED.sub("", right))
    assert {row.kind for row in compare(old, old)} <= {"same"}


@pytest.mark.parametrize("text", HOSTILE)
def test_compare_adds_nothing_but_marks_to_cleaned_text(text: str) -> None:
    html = clean(f"<p>a</p>{text}", ARTICLE).html

    for row in (*compare(html, "<p>b</p>"), *compare("", html)):
        for side in (row.left, row.right):
            bare = re.sub("</?(?:del|ins)>", "", side)
            assert [str(el.tag) for el in read(side).iter("script", "style", "iframe", "svg")] == []
            assert bare in re.sub(' id="[^"]*"', "", html) or bare == "<p>b</p>"


def _paragraphs(texts: list[list[str]]) -> str:
    return "".join(f"<p>{' '.join(words)}</p>" for words in texts)


def test_two_thousand_edited_blocks_are_each_beside_their_own() -> None:
    pick = random.Random(2)
    words = [f"word{number}" for number in range(3_000)]
    old = [pick.choices(words, k=40) for _ in range(2_000)]
    new = [[*text[:20], "edited", *text[21:]] for text in old]

    rows = compare(_paragraphs(old), _paragraphs(new))

    assert [row.kind for row in rows] == ["changed"] * 2_000
    assert all(row.right.count("<ins>edited</ins>") == 1 for row in rows)


@pytest.mark.parametrize("choices", [["a", "b"], [str(number) for number in range(30)]])
def test_two_thousand_blocks_of_few_words_are_bounded(choices: list[str]) -> None:
    pick = random.Random(3)
    old, new = ([pick.choices(choices, k=12) for _ in range(2_000)] for _ in range(2))

    rows = compare(_paragraphs(old), _paragraphs(new))

    assert sum(1 for row in rows if row.left) == sum(1 for row in rows if row.right) == 2_000


@pytest.mark.parametrize("kinds", [4, 5_000])
def test_one_block_as_long_as_an_article_may_be_is_bounded(kinds: int) -> None:
    pick = random.Random(4)
    words = pick.choices([f"w{number}" for number in range(kinds)], k=1_400_000 // len(f"w{kinds} "))
    other = [word if pick.random() > 0.02 else "edited" for word in words]

    rows = compare(_paragraphs([words]), _paragraphs([other]))

    assert [row.kind for row in rows] == ["changed"]


def _rows(kinds: str) -> list[Row]:
    return [
        Row("same" if kind == "s" else "changed", str(place), str(place)) for place, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "context", "shown"),
    [
        ("", 2, []),
        ("ssss", 2, [4]),
        ("s", 2, ["0"]),
        ("sssscssss", 2, [2, "2", "3", "4", "5", "6", 2]),
        ("csssssc", 2, ["0", "1", "2", "3", "4", "5", "6"]),
        ("cssssssc", 2, ["0", "1", "2", 2, "5", "6", "7"]),
        ("cssssssc", 0, ["0", 6, "7"]),
        ("cscs", 0, ["0", "1", "2", "3"]),
    ],
)
def test_folded_hides_long_runs_of_equal_rows(kinds: str, context: int, shown: list[str | int]) -> None:
    found = [row.count if isinstance(row, Gap) else row.left for row in folded(_rows(kinds), context)]

    assert found == shown
