"""Fact cards: empty blocks in the text that the page fills."""

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakthru.lib.documents import import_document
from breakthru.lib.richtext import (
    ARTICLE,
    MAX_FACT_KEY_LENGTH,
    POST,
    clean,
    clean_input,
    decorate,
    drop_facts,
    fact_keys,
    is_fact_key,
    sections,
)
from tests.lib.word_files import imported_from

_FACT = '<aside data-fact="mcat-attempts"></aside>'


def _article(html: str) -> str:
    return clean(html, ARTICLE).html


def test_fact_is_a_block_of_its_own_without_words() -> None:
    cleaned = clean(f"<h2>Part</h2><p>One two</p>{_FACT}<p>three</p>", ARTICLE)

    assert cleaned.html == f'<h2 id="part">Part</h2><p>One two</p>{_FACT}<p>three</p>'
    assert (cleaned.text, cleaned.word_count) == ("Part\nOne two\nthree", 4)


def test_text_of_nothing_but_a_fact_is_not_blank() -> None:
    assert _article(_FACT) == _FACT


@pytest.mark.parametrize(
    "html",
    [
        "<ul><li>a{}b</li><li>{}</li></ul>",
        "<table><tbody><tr><td>{}</td><td>a{}</td></tr></tbody></table>",
        "<blockquote>{}</blockquote>",
        '<aside class="note" aria-label="Note">{}</aside>',
        "<dl><dt>a</dt><dd>{}</dd></dl>",
    ],
)
def test_fact_stays_where_blocks_may_stand(html: str) -> None:
    assert _article(html.replace("{}", _FACT)) == html.replace("{}", _FACT)


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>a{}b</p>", "<p>a</p>{}<p>b</p>"),
        ("<p><em>a{}b</em></p>", "<p><em>a</em></p>{}<p><em>b</em></p>"),
        ("<a href=/x>a{}b</a>", "<p>a</p>{}<p>b</p>"),
        ("<h2>a{}b</h2>c", '<h2 id="a-b">a b</h2>{}<p>c</p>'),
        ("<pre>a{}</pre>", "<pre>a </pre>{}"),
        ("<h2>{}</h2>", "{}"),
        ("<ul><li>a</li>{}<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>{}"),
        ("<dl><dt>a{}</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>{}"),
        (
            "<table><caption>a{}</caption><tr><td>b</td></tr></table>",
            "<table><caption>a</caption><tbody><tr><td>b</td></tr></tbody></table>{}",
        ),
        (
            "<table><tr><td><table><tr><td>{}a</td></tr></table>b</td></tr></table>",
            "<table><tbody><tr><td><p>a</p>{}b</td></tr></tbody></table>",
        ),
        (
            "<figure>{}<img src=/media/a.png></figure>",
            '<figure><img src="/media/a.png" alt=""></figure>{}',
        ),
    ],
)
def test_fact_moves_out_of_where_no_block_may_stand(html: str, cleaned: str) -> None:
    assert _article(html.replace("{}", _FACT)) == cleaned.replace("{}", _FACT)


def test_facts_of_one_line_keep_their_order() -> None:
    html = '<h2><aside data-fact="a"></aside>x<aside data-fact="b"></aside></h2>'

    assert _article(html) == '<h2 id="x">x</h2><aside data-fact="a"></aside><aside data-fact="b"></aside>'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        (
            '<aside data-fact="k" class="note ok" aria-label="Tip" id="x"> </aside>',
            '<aside data-fact="k"></aside>',
        ),
        (
            'a<aside data-fact="k">b <em>c</em></aside>d',
            '<p>a</p><aside data-fact="k"></aside><p>b <em>c</em></p><p>d</p>',
        ),
        (
            '<aside data-fact="k"><h2>a</h2><aside data-fact="l">b',
            '<aside data-fact="k"></aside><h2 id="a">a</h2><aside data-fact="l"></aside><p>b</p>',
        ),
    ],
)
def test_fact_is_empty_and_bare(html: str, cleaned: str) -> None:
    assert _article(html) == cleaned


@pytest.mark.parametrize(
    "key", ["a", "1", "mcat-attempts-2026", "a" * MAX_FACT_KEY_LENGTH], ids=lambda key: key[:20]
)
def test_key_of_small_letters_digits_and_hyphens_names_a_fact(key: str) -> None:
    html = f'<aside data-fact="{key}"></aside>'

    assert (is_fact_key(key), _article(html)) == (True, html)


@pytest.mark.parametrize(
    "key",
    [*("", "A", "a_b", "a b", "-a", "a-", "a--b", "é", "٣", "a\n"), "a" * (MAX_FACT_KEY_LENGTH + 1), "a/b"],
)
def test_aside_with_another_key_is_an_ordinary_one(key: str) -> None:
    html = f'<aside data-fact="{key}">x</aside><aside data-fact="{key}"></aside>'

    assert is_fact_key(key) is False
    assert _article(html) == '<aside class="note" aria-label="Note"><p>x</p></aside>'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>{{fact: k}}</p>", "{}"),
        ("<p> {{ Fact&nbsp;:k-2 }}<br></p>", '<aside data-fact="k-2"></aside>'),
        ("<p>{{<b>fact: k</b>}}</p>", "{}"),
        ("<div>{{fact: k}}</div>", "{}"),
        ("{{fact: k}}", "{}"),
        ("<ul><li>{{fact: k}}</li><li><p>{{fact: k}}</p></li></ul>", "<ul><li>{}</li><li>{}</li></ul>"),
        (
            "<ul><li><blockquote><p>{{fact: k}}</p></blockquote></li></ul>",
            "<ul><li><blockquote>{}</blockquote></li></ul>",
        ),
        (
            "<table><tr><td>{{fact: k}}</td><td><p>{{fact: k}}</p></td></tr></table>",
            "<table><tbody><tr><td>{}</td><td>{}</td></tr></tbody></table>",
        ),
    ],
)
def test_paragraph_of_a_mark_alone_becomes_the_fact(html: str, cleaned: str) -> None:
    assert _article(html) == cleaned.replace("{}", '<aside data-fact="k"></aside>')


@pytest.mark.parametrize(
    "html",
    [
        "<p>See {{fact: k}}</p>",
        "<p>{{fact: k}}.</p>",
        "<p>{{fact: k_l}}</p>",
        "<p>{{fact k}}</p>",
        "<p>{{figure: k}}</p>",
        "<p>{{fact: ſ}}</p>",
        f"<p>{{{{fact: {'a' * (MAX_FACT_KEY_LENGTH + 1)}}}}}</p>",
        "<p><code>{{fact: k}}</code></p>",
        "<pre>{{fact: k}}</pre>",
        '<p>{{fact: k}}<img src="/media/a.png" alt=""></p>',
        '<ul><li>{{fact: k}}<aside data-fact="l"></aside></li></ul>',
    ],
)
def test_other_text_with_a_mark_stays_text(html: str) -> None:
    assert _article(html) == html


def test_heading_of_a_mark_stays_a_heading() -> None:
    assert _article("<h2>{{fact: k}}</h2>") == '<h2 id="fact-k">{{fact: k}}</h2>'


def test_mark_works_from_every_source() -> None:
    document = docx.Document()
    document.add_paragraph("One")
    document.add_paragraph("{{fact: mcat-attempts}}")
    markdown = import_document("a.md", b"One\n\n{{fact: mcat-attempts}}\n")
    with_block = import_document("a.md", b'One\n\n<aside data-fact="mcat-attempts"></aside>\n')
    typed = clean_input("One\n\n{{ fact: mcat-attempts }}", ARTICLE)

    made = {imported_from(document).cleaned.html, markdown.cleaned.html, with_block.cleaned.html, typed.html}

    assert made == {f"<p>One</p>{_FACT}"}


def test_posts_of_people_have_no_facts() -> None:
    html = "<p>{{fact: k}}</p><aside data-fact='k'></aside><aside data-fact='k'>x</aside>"

    assert clean(html, POST).html == "<p>{{fact: k}}</p><p>x</p>"


def test_fact_keys_names_each_fact_once_in_order() -> None:
    html = _article(
        '<aside data-fact="b"></aside><ul><li>x<aside data-fact="a"></aside></li></ul>'
        '<aside data-fact="b"></aside><aside class="ok">y</aside>'
    )

    assert fact_keys(html) == ("b", "a")


def test_text_without_facts_has_no_keys() -> None:
    assert fact_keys("") == ()


def test_drop_facts_takes_out_those_of_the_given_keys_and_what_they_leave_blank() -> None:
    html = _article(
        '<p>x</p><aside data-fact="a"></aside><p>y</p><aside data-fact="b"></aside>'
        '<ul><li><aside data-fact="a"></aside></li></ul>'
    )

    assert drop_facts(html, {"a"}) == '<p>x</p><p>y</p><aside data-fact="b"></aside>'


def test_drop_facts_changes_nothing_where_no_key_is_met() -> None:
    html = _article("<p>x&nbsp;y</p><aside data-fact='a'></aside>")

    assert drop_facts(html, ["b"]) == html


def test_decorate_puts_the_card_in_the_place_of_the_fact() -> None:
    html = _article('<p>a</p><aside data-fact="k"></aside><ul><li>b<aside data-fact="l"></aside>c</li></ul>')

    assert decorate(html, lambda _: "", lambda key: f"<div>{key} & co</div>") == (
        "<p>a</p><div>k & co</div><ul><li>b<div>l & co</div>c</li></ul>"
    )


def test_decorate_without_cards_leaves_facts_out() -> None:
    html = _article('<p>a</p><aside data-fact="k"></aside><aside class="ok">b</aside>')

    assert decorate(html, lambda _: "") == (
        '<p>a</p><aside class="note ok" aria-label="Note" role="note"><p>b</p></aside>'
    )


def test_thousands_of_facts_are_no_trouble() -> None:
    html = _article(f"<h2>{'<aside data-fact=k></aside>x' * 5_000}</h2>")

    assert html.count('<aside data-fact="k"></aside>') == 5_000
    assert decorate(html, lambda _: "", lambda _: "!").count("!") == 5_000
    assert (fact_keys(html), "aside" in drop_facts(html, ["k"])) == (("k",), False)


_TAGS = [
    *("p", "div", "em", "a", "ul", "ol", "li", "table", "tr", "td", "th", "caption", "h2", "h4", "pre"),
    *("blockquote", "figure", "figcaption", "dl", "dt", "dd", "section", "section class=footnotes", "br"),
    *("aside", "aside data-fact=k", "aside data-fact=l-2", "aside data-fact='A b'", "img src=/media/a.png"),
]
_PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in _TAGS]),
    st.sampled_from([f"</{tag}>" for tag in _TAGS]),
    st.sampled_from(["x", " ", "&nbsp;", "{{fact: k}}", "{{ fact: l-2 }}", "</aside>"]),
)


@settings(deadline=None)
@given(pieces=st.lists(_PIECES, max_size=25))
def test_facts_hold_still_wherever_they_stand(pieces: list[str]) -> None:
    cleaned = clean("".join(pieces), ARTICLE)

    assert clean(cleaned.html, ARTICLE) == cleaned
    assert "".join(section.html for section in sections(cleaned.html)) == cleaned.html
    assert cleaned.html.count("data-fact=") == sum(
        cleaned.html.count(f'<aside data-fact="{key}"></aside>') for key in ("k", "l-2")
    )
