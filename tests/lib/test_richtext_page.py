"""Plain text in, and cleaned articles out on the page: sections, anchors, excerpts."""

import pytest

from breakthru.lib.richtext import (
    ARTICLE,
    Heading,
    Section,
    clean,
    decorate,
    excerpt,
    from_plain_text,
    looks_like_html,
    reading_minutes,
    sections,
)


@pytest.mark.parametrize(
    ("value", "is_html"),
    [
        ("<p>a</p>", True),
        ("  \n<UL class='x'><li>a</li></UL>", True),
        ("<h2>a", True),
        ("<hr/>", True),
        ("plain", False),
        ("", False),
        ("<b>bold</b> I said", False),
        ("<3 this", False),
        ("<pride> a <p>", False),
        ("a <p>b</p>", False),
    ],
)
def test_looks_like_html_wants_a_block_at_the_start(value: str, is_html: bool) -> None:
    assert looks_like_html(value) is is_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("a\nb\r\nc", "<p>a<br>b<br>c</p>"),
        ("a\n\nb\n \t\n\nc", "<p>a</p><p>b</p><p>c</p>"),
        ('2 < 3 & "x" <script>', '<p>2 &lt; 3 &amp; "x" &lt;script&gt;</p>'),
        (
            "see https://a.example/b?c=1&d, ok",
            '<p>see <a href="https://a.example/b?c=1&amp;d">https://a.example/b?c=1&amp;d</a>, ok</p>',
        ),
        ("(http://a.example/x_(y))", '<p>(<a href="http://a.example/x_(y)">http://a.example/x_(y)</a>)</p>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
    ],
)
def test_from_plain_text(text: str, html: str) -> None:
    assert from_plain_text(text) == html


@pytest.mark.parametrize(
    ("text", "words", "short"),
    [("a b\nc d", 3, "a b c…"), ("a  b\nc", 3, "a b c"), ("", 5, "")],
)
def test_excerpt(text: str, words: int, short: str) -> None:
    assert excerpt(text, words) == short


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (344, 1), (346, 2), (2_300, 10)])
def test_reading_minutes(words: int, minutes: int) -> None:
    assert reading_minutes(words) == minutes


_NOTES = (
    '<section class="footnotes" aria-label="Footnotes"><ol><li id="fn-1">n '
    '<a href="#fnref-1" aria-label="Back to reference 1">↩</a></li></ol></section>'
)
_ARTICLE = clean(
    "<p>Intro</p><h2>A &amp; B</h2><p>x</p><h4>Deep</h4><h3>C</h3>"
    f"<p>y<sup><a href='#fn-1' id='fnref-1'>1</a></sup></p>{_NOTES}",
    ARTICLE,
).html


def test_sections_cut_at_second_and_third_level() -> None:
    assert sections(_ARTICLE) == (
        Section("", 0, "", "<p>Intro</p>"),
        Section(
            "a-b",
            2,
            "A & B",
            '<h2 id="a-b">A &amp; B</h2><p>x</p>',
        ),
        Section("deep", 3, "Deep", '<h3 id="deep">Deep</h3>'),
        Section("c", 3, "C", '<h3 id="c">C</h3><p>y<sup><a href="#fn-1" id="fnref-1">1</a></sup></p>'),
        Section("footnotes", 0, "Footnotes", _NOTES),
    )


def test_sections_of_nothing_are_none() -> None:
    assert sections("") == ()


def test_decorate_adds_anchor_and_link_to_each_section() -> None:
    asked: list[Heading] = []

    def link(heading: Heading) -> str:
        asked.append(heading)
        return f'<a href="/feed/ask/?section={heading.id}">Ask</a>'

    html = clean('<h2>A "b"</h2><p>x</p><h3>C</h3><h4>D</h4>', ARTICLE).html

    assert decorate(html, link) == (
        '<h2 id="a-b">A "b"<a class="anchor" href="#a-b" aria-label="Link to: A &quot;b&quot;">#</a></h2>'
        '<a href="/feed/ask/?section=a-b">Ask</a><p>x</p>'
        '<h3 id="c">C<a class="anchor" href="#c" aria-label="Link to: C">#</a></h3>'
        '<a href="/feed/ask/?section=c">Ask</a><h4 id="d">D</h4>'
    )
    assert asked == [Heading(2, "a-b", 'A "b"'), Heading(3, "c", "C")]


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ("<table><caption>Costs</caption><tr><td>1</td></tr></table>", "Table: Costs"),
        ("<h2>Plan</h2><table><tr><td>1</td></tr></table>", "Table: Plan"),
        ("<table><tr><td>1</td></tr></table>", "Table"),
    ],
)
def test_decorate_lets_tables_scroll_in_a_named_region(html: str, label: str) -> None:
    dressed = decorate(clean(html, ARTICLE).html, lambda _: "")

    assert f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>' in dressed


def test_decorate_makes_notes_of_callouts_so_that_they_are_no_landmarks_of_one_name() -> None:
    html = clean(
        "<aside class='note ok' aria-label='Tip'><p>x</p></aside><aside><p>y</p></aside>", ARTICLE
    ).html

    assert decorate(html, lambda _: "") == (
        '<aside class="note ok" aria-label="Tip" role="note"><p>x</p></aside>'
        '<aside class="note" aria-label="Note" role="note"><p>y</p></aside>'
    )


def test_decorate_loads_pictures_late() -> None:
    html = clean("<figure><img src='/media/a.png' alt='x'></figure>", ARTICLE).html

    assert decorate(html, lambda _: "").count('loading="lazy" decoding="async"') == 1


@pytest.mark.parametrize("caption", ["Two ways", "Table: Two ways"])
def test_region_of_a_table_is_named_once_as_one(caption: str) -> None:
    html = clean(f"<table><caption>{caption}</caption><tr><td>1</td></tr></table>", ARTICLE).html

    assert 'aria-label="Table: Two ways"' in decorate(html, lambda heading: "")
