"""Cleaning: what stays, what goes, and that doing it twice changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakthru.lib.richtext import (
    ARTICLE,
    CLEANER_VERSION,
    POST,
    Cleaned,
    Heading,
    Profile,
    TooComplexError,
    TooLongError,
    clean,
    clean_input,
    cleaning,
    sections,
)
from breakthru.lib.richtext.tree import parent_of, read

BOTH = pytest.mark.parametrize("profile", [POST, ARTICLE], ids=lambda profile: profile.name)


def _post(html: str) -> str:
    return clean(html, POST).html


def _article(html: str) -> str:
    return clean(html, ARTICLE).html


def test_clean_returns_everything_that_is_stored() -> None:
    assert clean("<h2>One two</h2><p>Three&nbsp;four &amp; <em>five</em></p>", ARTICLE) == Cleaned(
        html='<h2 id="one-two">One two</h2><p>Three&nbsp;four &amp; <em>five</em></p>',
        text="One two\nThree four & five",
        outline=(Heading(2, "one-two", "One two"),),
        word_count=6,
        version=CLEANER_VERSION,
    )


@BOTH
@pytest.mark.parametrize(
    "html",
    [
        "<p>One <strong>two</strong> <em>three</em><br>four</p>",
        "<ul><li>a<ol><li>b<ul><li>c</li></ul></li></ol></li></ul>",
        "<ul><li><p>a</p><p>b</p></li></ul>",
        "<blockquote><p>said</p></blockquote>",
        "<pre><code>a  b\n  c</code></pre>",
        '<ol start="3"><li>three</li></ol>',
        '<p>2 &lt; 3 &amp;amp; 4 &gt; 3, "quoted"</p>',
        "<p>👩‍⚕️ naïve ünïcode</p>",
    ],
)
def test_clean_keeps_plain_formatting(html: str, profile: Profile) -> None:
    assert clean(html, profile).html == html


@pytest.mark.parametrize(
    "html",
    [
        '<figure><img src="/learn/images/a.webp" alt="A" width="4"><figcaption>C</figcaption></figure>',
        '<table><caption>T</caption><thead><tr><th scope="col">A</th></tr></thead></table>',
        '<table><tbody><tr><th scope="row">A</th><td colspan="2" rowspan="3">1</td></tr></tbody></table>',
        '<p>H<sub>2</sub>O, x<sup>2</sup>, <abbr title="Doctor of Medicine">MD</abbr></p><hr><p>x</p>',
        "<dl><dt>M1</dt><dd>first year</dd></dl>",
        '<aside class="note warn" aria-label="My story"><p>x</p></aside>',
        (
            '<p>x<sup><a href="#fn-1" id="fnref-1">1</a></sup></p>'
            '<section class="footnotes" aria-label="Footnotes"><ol><li id="fn-1">n '
            '<a href="#fnref-1" aria-label="Back to reference 1">↩</a></li></ol></section>'
        ),
    ],
)
def test_clean_keeps_the_parts_of_an_article(html: str) -> None:
    assert sorted(_article(html)) == sorted(html)
    assert clean(html, ARTICLE).html == clean(_article(html), ARTICLE).html


def test_post_turns_what_it_lacks_into_paragraphs() -> None:
    html = (
        "<h2>Head</h2><table><tr><td>1</td><td>2</td></tr></table><dl><dt>t</dt><dd>d</dd></dl>"
        "<aside>note</aside><hr><p>x<sup>2</sup></p><img src=/media/a.png>"
    )

    assert _post(html) == ("<p><strong>Head</strong></p><p>1 2</p><p>t</p><p>d</p><p>note</p><p>x2</p>")


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("loose <b>words</b>", "<p>loose <strong>words</strong></p>"),
        ("<div>a</div><div><i>b</i></div>", "<p>a</p><p><em>b</em></p>"),
        ("<div>a<p>b</p>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("<b style='font-weight:normal'><p>a</p><p>b</p></b>", "<p>a</p><p>b</p>"),
        ("<strong>a <strong>b</strong></strong>", "<p><strong>a b</strong></p>"),
        ("<p></p><p> &nbsp; </p><p><br></p><ul><li></li></ul><blockquote></blockquote>", ""),
        ("<p>a<strong> </strong>b</p>", "<p>a b</p>"),
        ("<p> a </p> <p> <em>b</em> </p>", "<p>a</p><p><em>b</em></p>"),
        ("<li>a</li><li>b</li>", "<ul><li>a</li><li>b</li></ul>"),
        ("<li>a</li>between<li>b</li>", "<ul><li>a</li></ul><p>between</p><ul><li>b</li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ul><ul><li>b</li></ul>text</ul>", "<ul><li><ul><li>b</li></ul>text</li></ul>"),
        (
            "<ul> <li>a</li> b <em>c</em> <li>d</li></ul>",
            "<ul><li>a</li><li>b <em>c</em></li><li>d</li></ul>",
        ),
        ("<ol start=1><li>a</li></ol><ol start=x><li>a</li></ol>", "<ol><li>a</li></ol><ol><li>a</li></ol>"),
        ("<pre>\n\na <div>b</div></pre>", "<pre>a  b </pre>"),
        ("<blockquote>a<p>b</p></blockquote>", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("<p>a\u202egnp.exe \u200bb\x07</p>", "<p>agnp.exe b</p>"),
        ("<p>a\r\nb</p>", "<p>a\nb</p>"),
        ("<p>unclosed <em>text", "<p>unclosed <em>text</em></p>"),
    ],
)
@BOTH
def test_clean_mends(html: str, cleaned: str, profile: Profile) -> None:
    assert clean(html, profile).html == cleaned


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<h2>a<p>b</p></h2>", '<h2 id="a-b">a b</h2>'),
        ("<blockquote><h2>a</h2></blockquote>", "<blockquote><p><strong>a</strong></p></blockquote>"),
        ("<dt>a</dt><figcaption>b</figcaption>", "<p>a</p><p>b</p>"),
        ("<section><p>a</p></section>", "<p>a</p>"),
        ("<aside class='ok big'>a</aside>", '<aside class="note ok" aria-label="Note"><p>a</p></aside>'),
        (
            "<p><img src=/media/a.png width=9 height=big></p>",
            '<figure><img src="/media/a.png" width="9" alt=""></figure>',
        ),
        ("<p>a <img src=/media/a.png alt='<b>'></p>", '<p>a <img src="/media/a.png" alt="b"></p>'),
        (
            "<figure><a href=/x><img src=/media/a.png></a>text</figure>",
            '<figure><p><a href="/x"><img src="/media/a.png" alt=""></a>text</p></figure>',
        ),
        (
            "<figure><a href=/x><img src=/media/a.png></a><p>t</p></figure>",
            '<figure><a href="/x"><img src="/media/a.png" alt=""></a><p>t</p></figure>',
        ),
    ],
)
def test_clean_mends_articles(html: str, cleaned: str) -> None:
    assert _article(html) == cleaned


def test_first_row_of_bold_cells_becomes_the_header() -> None:
    html = "<table><tr><td><p><b>A</b></p></td><th>B</th></tr><tr><td>1</td><td><b>2</b> x</td></tr></table>"

    assert _article(html) == (
        '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        "<tbody><tr><td>1</td><td><strong>2</strong> x</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<table><tbody><tr><td>A</td><td><strong>B</strong></td></tr><tr><td>1</td></tr></tbody></table>",
        "<table><tbody><tr><td><strong>A</strong></td></tr></tbody></table>",
        "<table><tbody><tr><td></td></tr><tr><td>1</td></tr></tbody></table>",
    ],
)
def test_table_without_a_clear_header_stays_as_it_is(html: str) -> None:
    assert _article(html) == html


def test_table_in_a_cell_becomes_paragraphs() -> None:
    html = "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table>"

    assert _article(html) == "<table><tbody><tr><td>a<p>b c</p></td></tr></tbody></table>"


def test_absurd_spans_are_removed() -> None:
    html = '<table><tr><td colspan="9999999" rowspan="0">a</td><td colspan="²">b</td></tr></table>'

    assert _article(html) == "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"


def test_text_has_a_line_for_each_block_and_no_footnote_machinery() -> None:
    html = (
        '<p>a<sup><a href="#fn-1" id="fnref-1">1</a></sup> b<br>c</p>'
        "<ul><li>d<ul><li>e</li></ul></li></ul><pre>f\n g</pre>"
        '<section class="footnotes"><ol><li id="fn-1">n <a href="#fnref-1">↩</a></li></ol></section>'
    )

    assert clean(html, ARTICLE).text == "a b\nc\nd\ne\nf\ng\nn"


def test_clean_refuses_what_is_too_long() -> None:
    with pytest.raises(TooLongError, match=r"^This text is too long \(50 kB\). At most 50 kB fit here.$"):
        clean("é" * 25_001, POST)


def test_clean_takes_what_just_fits() -> None:
    assert clean("é" * 24_996, POST).word_count == 1


@pytest.mark.parametrize("tag", ["<b>", "<blockquote>", "<ul><li>", "<p><b id=1>", "<table><td>"])
def test_clean_refuses_piles_of_tags(tag: str) -> None:
    with pytest.raises(TooComplexError, match=r"^This text has too much formatting."):
        clean(tag * (80_002 // tag.count("<")), ARTICLE)


def test_clean_refuses_depth_times_tags() -> None:
    with pytest.raises(TooComplexError, match=r"^This text has too much formatting."):
        clean("<div>" * 5_000 + "</p>" * 30_000, ARTICLE)


@BOTH
def test_deep_nesting_keeps_its_words(profile: Profile) -> None:
    cleaned = clean("<blockquote>" * 1_900 + "deep" + "</blockquote>" * 1_900 + "<p>after</p>", profile)

    assert cleaned.text == "deep\nafter"
    assert cleaned.html.count("<blockquote>") <= 32


@BOTH
def test_open_formatting_does_not_multiply(profile: Profile) -> None:
    html = "".join(f"<p><b class=x{number}>y" for number in range(1_000))

    assert len(clean(html, profile).html) < 60_000


def test_clean_refuses_what_grows_too_long() -> None:
    html = '<p><a href="http://a.b">x</a></p>' * 1_200

    with pytest.raises(TooLongError, match=r"^This text is too long \(73 kB\)"):
        clean(html, POST)


def test_clean_refuses_what_never_settles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "clean_once", lambda html, profile: html + "x")

    with pytest.raises(TooComplexError, match=r"^This text has formatting that cannot be read."):
        clean("", POST)


def test_clean_input_tells_the_editor_from_a_textarea() -> None:
    assert clean_input("<p>a <em>b</em></p>", POST).html == "<p>a <em>b</em></p>"
    assert clean_input("a <em>b</em>\n\nc", POST).html == "<p>a &lt;em&gt;b&lt;/em&gt;</p><p>c</p>"


def test_root_has_no_parent() -> None:
    with pytest.raises(ValueError, match="the root has no parent"):
        parent_of(read("x"))


_TAGS = [
    *("p", "div", "b", "strong", "em", "a", "ul", "ol", "li", "table", "tr", "td", "th", "thead", "caption"),
    *(
        "h1",
        "h2",
        "h3",
        "h5",
        "blockquote",
        "pre",
        "code",
        "figure",
        "img",
        "figcaption",
        "br",
        "hr",
        "dl",
        "dt",
    ),
    *(
        "dd",
        "aside",
        "section",
        "sup",
        "svg",
        "math",
        "style",
        "title",
        "noscript",
        "form",
        "select",
        "marquee",
    ),
    *("font", "details", "plaintext"),
]
_ATTRIBUTES = [
    *("", " id=a", " id=fn-1", " href=#fn-1", " class=footnotes", ' class="note ok"', " href=javascript:x"),
    *(
        " href=https://a.b",
        " href=#a",
        " start=3",
        " colspan=3",
        ' id="Main X"',
        " src=/media/a.png",
        " style=x",
    ),
]
_TEXT = ["x", " ", "\n", "&nbsp;", "<", "&lt;", "é", "&#x200b;", "<!--", "-->", "]]>", '"', "\0", "a b"]
_PIECES = st.one_of(
    st.builds(
        lambda tag, attribute: f"<{tag}{attribute}>", st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES)
    ),
    st.builds(lambda tag: f"</{tag}>", st.sampled_from(_TAGS)),
    st.sampled_from(_TEXT),
    st.text(max_size=3),
)


@BOTH
@settings(deadline=None)
@given(pieces=st.lists(_PIECES, max_size=25))
def test_clean_is_idempotent_and_sections_add_up(profile: Profile, pieces: list[str]) -> None:
    cleaned = clean("".join(pieces), profile)

    assert clean(cleaned.html, profile) == cleaned
    assert "".join(section.html for section in sections(cleaned.html)) == cleaned.html
