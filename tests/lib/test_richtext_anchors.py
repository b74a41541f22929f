"""Headings, ids and links of cleaned text."""

import pytest

from breakthru.lib.richtext import (
    ARTICLE,
    POST,
    Heading,
    Profile,
    clean,
)

BOTH = pytest.mark.parametrize("profile", [POST, ARTICLE], ids=lambda profile: profile.name)


def _post(html: str) -> str:
    return clean(html, POST).html


def _article(html: str) -> str:
    return clean(html, ARTICLE).html


def test_post_links_are_marked_as_made_by_users() -> None:
    assert _post('<p><a href=" https://a.example/b c?d=1&e=2 " target="_blank">x</a></p>') == (
        '<p><a href="https://a.example/b%20c?d=1&amp;e=2" rel="ugc nofollow noopener">x</a></p>'
    )


@pytest.mark.parametrize(
    "href", ["http://a.example", "HTTPS://A.example:8/b#c", "mailto:a@b.example?subject=x"]
)
@BOTH
def test_web_and_mail_links_stay(href: str, profile: Profile) -> None:
    assert f'href="{href}"' in clean(f'<p><a href="{href}">x</a></p>', profile).html


@pytest.mark.parametrize("href", ["/feed/", "#part", "/learn/a/#part"])
def test_local_links_stay_in_articles_only(href: str) -> None:
    html = f'<p><a href="{href}">x</a></p>'

    assert (_article(html), _post(html)) == (html, "<p>x</p>")


@pytest.mark.parametrize("href", ["", "#", "other.html", "?a=1", f"https://a.example/{'x' * 2000}"])
@BOTH
def test_other_links_lose_their_target(href: str, profile: Profile) -> None:
    assert clean(f'<p><a href="{href}">x</a></p>', profile).html == "<p>x</p>"


def test_link_without_words_goes() -> None:
    assert _post('<p>a<a href="https://a.example"> </a>b</p>') == "<p>a b</p>"


@pytest.mark.parametrize(
    ("tags", "levels"),
    [
        ("h1 h2 h2 h3", [2, 3, 3, 4]),
        ("h1", [2]),
        ("h2 h4 h4 h3 h2", [2, 3, 3, 3, 2]),
        ("h4 h2 h3", [2, 2, 3]),
        ("h2 h3 h4 h5 h6", [2, 3, 4, 4, 4]),
        ("h3 h1 h2", [2, 2, 3]),
    ],
)
def test_heading_levels_never_skip(tags: str, levels: list[int]) -> None:
    html = _article("".join(f"<{tag}>x</{tag}>" for tag in tags.split()))

    assert [int(part[0]) for part in html.split("<h")[1:]] == levels


@pytest.mark.parametrize(
    ("html", "ids"),
    [
        ("<h2>When to move?</h2><h2>When to move</h2>", ["when-to-move", "when-to-move-2"]),
        ("<h2>Résumé’s ½ & Ünder</h2>", ["resumes-12-under"]),
        ("<h2>2026: dates</h2><h2>日本</h2>", ["section-2026-dates", "section"]),
        ("<h2>Main</h2><h2>Open</h2><h2>Open</h2>", ["section-main", "section-open", "section-open-2"]),
        ("<h2>I am</h2><h2>Plan H</h2><h2>A road</h2>", ["section-i-am", "section-plan-h", "a-road"]),
        ("<h2>Not sent</h2><h2>H ask</h2>", ["section-not-sent", "section-h-ask"]),
        ("<h2>Answer</h2>" * 3, ["answer", "section-answer", "section-answer-2"]),
        ("<h2>I</h2><h2>I</h2><h2>Section I</h2>", ["i", "section-i", "section-i-2"]),
        ('<h2 id="kept">New words</h2><h2>Kept</h2>', ["kept", "kept-2"]),
        ('<h2>Kept</h2><h2 id="kept">New words</h2>', ["kept-2", "kept"]),
        ('<h2 id="a">A</h2><h2 id="a">B</h2>', ["a", "b"]),
        ('<h2 id="id_email">A</h2><h2 id="main">B</h2>', ["id-email", "section-main"]),
        ('<h2 id="Über uns">A</h2>', ["uber-uns"]),
        (f"<h2>{'word ' * 30}</h2>", ["word-" * 15 + "word"]),
    ],
)
def test_headings_get_stable_unique_ids(html: str, ids: list[str]) -> None:
    assert [heading.id for heading in clean(html, ARTICLE).outline] == ids


def test_links_follow_a_mended_id() -> None:
    links = '<p><a href="#Old_Name">1</a> <a href="#_Toc1">2</a></p>'
    html = '<h2 id="Old_Name">A</h2><h2><a id="_Toc1"></a>B</h2>' + links

    assert _article(html).endswith('<p><a href="#old-name">1</a> <a href="#b">2</a></p>')


def test_ids_of_other_elements_stay_only_where_a_link_leads() -> None:
    links = '<p><a href="#Goal">1</a><a href="#odd">2</a></p>'
    html = '<p id="Goal">x</p><p id="other">y</p><pre id="odd">z</pre>' + links

    assert _article(html) == (
        '<p id="goal">x</p><p>y</p><pre>z</pre><p><a href="#goal">1</a><a href="#odd">2</a></p>'
    )


def test_second_footnote_of_the_same_id_is_renamed() -> None:
    html = '<ul><li id="fn-1">a</li><li id="fn-1">b</li></ul><p><a href="#fn-1">x</a></p>'

    assert _article(html) == '<ul><li id="fn-1">a</li><li>b</li></ul><p><a href="#fn-1">x</a></p>'


def test_bookmark_without_words_stays_where_a_link_leads() -> None:
    html = '<p><a id="place"></a>x</p><p><a href="#place">y</a></p>'

    assert _article(html) == html


def test_heading_text_leaves_out_footnote_numbers() -> None:
    heading = '<h2>Odds<sup><a href="#fn-1" id="fnref-1">1</a></sup> of x<sup>2</sup></h2>'
    html = heading + '<ol><li id="fn-1">n</li></ol>'

    assert clean(html, ARTICLE).outline == (Heading(2, "odds-of-x2", "Odds of x2"),)


def test_broken_address_is_no_link() -> None:
    assert POST.allows_link("http://[::1") is False
