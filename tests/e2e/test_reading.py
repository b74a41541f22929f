"""Reading an article in a browser: progress, coming back, asking about words, links to pass on."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.site import Site, sign_in

SLUG = "mentors-you-already-have"
ARTICLE = f"/learn/{SLUG}/"
SECTION, TITLE = "how-to-ask", "How to ask"
LATER = "being-good-company"
SCROLL = """heading => new Promise((done) => {
  addEventListener("scroll", done, { once: true });
  heading.scrollIntoView({ behavior: "instant" });
})"""
# Marks words from the start of one element to a place in another, as a reader does with the mouse.
MARK = """([from, to, length]) => {
  const words = (selector) => document.querySelector(selector).firstChild;
  getSelection().setBaseAndExtent(words(from), 0, words(to), length);
}"""
MARK_PART = """([selector, start, end]) => {
  const words = document.querySelector(selector).firstChild;
  getSelection().setBaseAndExtent(words, start, words, end);
}"""
WORDS = "#where-to-look ~ p:not(.ask)"


@pytest.fixture
def device(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a browser of its own; an error of a script fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def start(**options: Any) -> Page:
        options = {"base_url": site.url, "viewport": {"width": 1280, "height": 900}, **options}
        contexts.append(browser.new_context(**options))
        opened = contexts[-1].new_page()
        opened.on("pageerror", lambda error: faults.append(str(error)))
        return opened

    yield start
    for context in contexts:
        context.close()
    assert faults == []


def _scroll_to(page: Page, section: str) -> None:
    page.locator(f"#{section}").evaluate(SCROLL)


def _posts(page: Page) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.method == "POST" else None)
    return found


def _on_device(page: Page) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = json.loads(page.evaluate("localStorage.getItem('bt:read') ?? '{}'"))
    return kept


def _keep_on_device(page: Page, places: dict[str, dict[str, Any]]) -> None:
    page.goto("/robots.txt")
    page.evaluate("kept => localStorage.setItem('bt:read', kept)", json.dumps(places))


def _place(percent: int, at: int, anchor: str = "") -> dict[str, Any]:
    return {"p": percent, "a": anchor, "t": f"Title {at}", "at": at}


# --- How far a reader is ------------------------------------------------------------------------------------


def test_a_signed_in_reader_continues_on_another_device(device: Callable[..., Page]) -> None:
    phone, laptop = device(viewport={"width": 390, "height": 800}), device()
    sign_in(phone, "mentee@demo.test")
    phone.goto(ARTICLE)
    _scroll_to(phone, SECTION)
    expect(phone.locator(".wide-toc [aria-current]")).to_have_text(TITLE)
    phone.goto("/dashboard/")
    sign_in(laptop, "mentee@demo.test")
    laptop.goto(ARTICLE)
    going_on = laptop.get_by_role("link", name=f"Continue at: {TITLE}")
    expect(going_on).to_be_visible()
    going_on.click()
    expect(laptop.locator(f"#{SECTION}")).to_be_in_viewport()
    assert _on_device(phone) == _on_device(laptop) == {}


def test_progress_is_sent_once_in_15_seconds_and_only_when_it_changed(device: Callable[..., Page]) -> None:
    page = device()
    sign_in(page, "mentee@demo.test")
    page.clock.install()
    page.goto(ARTICLE)
    sent = _posts(page)
    page.clock.run_for(9_000)
    _scroll_to(page, SECTION)
    page.clock.run_for(14_000)
    assert sent == []
    with page.expect_request("**/progress/"):
        page.clock.run_for(2_000)
    first = parse_qs(sent[0].post_data or "")
    assert first["anchor"] == [SECTION]
    assert 0 < int(first["percent"][0]) < 100
    _scroll_to(page, LATER)
    page.clock.run_for(14_000)
    assert len(sent) == 1
    with page.expect_request("**/progress/"):
        page.clock.run_for(60_000)
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.clock.run_for(60_000)
    assert [parse_qs(request.post_data or "")["anchor"] for request in sent] == [[SECTION], [LATER]]


def test_a_reader_who_does_not_scroll_has_begun_after_ten_seconds(device: Callable[..., Page]) -> None:
    page = device()
    page.clock.install()
    page.goto(ARTICLE)
    page.clock.run_for(9_000)
    page.goto("/learn/")
    assert _on_device(page) == {}
    page.goto(ARTICLE)
    page.clock.run_for(11_000)
    page.goto("/learn/")
    assert list(_on_device(page)) == [SLUG]


def test_a_failing_network_does_not_disturb_a_reader(device: Callable[..., Page]) -> None:
    page = device()
    sign_in(page, "mentee@demo.test")
    page.route("**/progress/", lambda route: route.abort())
    page.clock.install()
    page.goto(ARTICLE)
    for section in (LATER, SECTION):
        _scroll_to(page, section)
        with page.expect_request("**/progress/"):
            page.clock.run_for(16_000)
    expect(page.locator(".wide-toc [aria-current]")).to_have_text(TITLE)


def test_a_visitor_continues_on_this_device_and_nothing_is_sent(device: Callable[..., Page]) -> None:
    page = device()
    sent = _posts(page)
    page.goto(ARTICLE)
    expect(page.locator("[data-resume]")).to_be_hidden()
    _scroll_to(page, SECTION)
    page.goto("/learn/")
    begun = page.get_by_role("region", name="Continue reading")
    expect(begun).to_contain_text("% read")
    begun.get_by_role("link", name="Mentors you already have").click()
    page.wait_for_url(f"**{ARTICLE}#{SECTION}")
    expect(page.locator("[data-resume]")).to_have_text(f"Continue where you were: {TITLE}")
    page.get_by_role("link", name="Continue where you were").click()
    expect(page.locator(f"#{SECTION}")).to_be_in_viewport()
    assert sent == []
    assert page.context.cookies() == []


def test_looking_up_a_footnote_is_no_progress(device: Callable[..., Page]) -> None:
    page = device()
    page.goto(ARTICLE)
    _scroll_to(page, "fnref-1")
    page.wait_for_timeout(500)  # reads there for a moment
    page.locator("#fnref-1").click()
    expect(page.locator("#fn-1")).to_be_in_viewport()
    page.goto("/learn/")
    assert 3 < _on_device(page)[SLUG]["p"] < 50


def test_reading_to_the_footnotes_is_reading_to_the_end(device: Callable[..., Page]) -> None:
    page = device()
    page.goto(ARTICLE)
    page.locator(".footnotes").evaluate(SCROLL)
    page.goto("/learn/series/why-mentoring-matters/")
    assert _on_device(page)[SLUG]["p"] == 100
    item = page.locator(f'[data-article="{SLUG}"]')
    expect(item).to_have_class("done")
    expect(item).to_contain_text("(read)")
    expect(page.get_by_text("(read)")).to_have_count(1)
    page.goto("/learn/")
    expect(page.locator("[data-continue]")).to_be_hidden()


def test_the_library_offers_the_three_latest_that_were_begun(device: Callable[..., Page]) -> None:
    page = device()
    percents = {"five": 40, "barely": 3, "four": 94, "read": 95, "three": 20, "two": 60, "one": 4}
    places = {slug: _place(percent, at, "there") for at, (slug, percent) in enumerate(percents.items())}
    _keep_on_device(page, places)
    page.goto("/learn/")
    rows = page.locator("[data-continue-list] a")
    found = rows.evaluate_all("links => links.map((link) => [link.getAttribute('href'), link.textContent])")
    assert found == [
        ["./one/#there", "Title 6"], ["./two/#there", "Title 5"], ["./three/#there", "Title 4"],
    ]  # fmt: skip


def test_a_device_keeps_the_latest_fifty(device: Callable[..., Page]) -> None:
    page = device()
    _keep_on_device(page, {f"article-{at}": _place(10, at) for at in range(50)})
    page.goto(ARTICLE)
    _scroll_to(page, SECTION)
    page.goto("/learn/")
    assert set(_on_device(page)) == {SLUG, *(f"article-{at}" for at in range(1, 50))}


def test_a_browser_that_keeps_nothing_reads_all_the_same(device: Callable[..., Page]) -> None:
    page = device()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    page.goto(ARTICLE)
    _scroll_to(page, SECTION)
    expect(page.locator(".wide-toc [aria-current]")).to_have_text(TITLE)
    page.goto("/learn/")
    expect(page.locator("[data-continue]")).to_be_hidden()


def test_the_contents_list_follows_the_reader_down_and_up(device: Callable[..., Page]) -> None:
    page = device()
    page.goto(ARTICLE)
    current = page.locator(".toc [aria-current]")
    expect(current).to_have_count(0)
    for section, title in ((LATER, "Being good company"), (SECTION, TITLE)):
        _scroll_to(page, section)
        # In the rail and in the fold of small screens.
        expect(current).to_have_text([title, title])


# --- Asking about words -------------------------------------------------------------------------------------


def test_marked_words_go_along_with_a_question(device: Callable[..., Page]) -> None:
    page = device()
    sign_in(page, "learner@demo.test")
    page.goto(ARTICLE)
    ask = page.get_by_role("link", name="Ask about these words")
    expect(ask).to_be_hidden()
    _scroll_to(page, "where-to-look")
    page.evaluate(MARK, [WORDS, WORDS, 51])
    expect(ask).to_be_in_viewport()
    words = page.evaluate("getSelection().toString()")
    ask.click()
    page.wait_for_url("**/feed/ask/?*")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {"article": [SLUG], "section": ["at-home-and-at-work"], "quote": [words]}
    expect(page.get_by_role("main").locator("blockquote")).to_have_text(words)


def test_words_that_were_marked_in_part_are_quoted_whole(device: Callable[..., Page]) -> None:
    page = device()
    page.goto(ARTICLE)
    text = page.locator(WORDS).first.evaluate("words => words.firstChild.data")
    second = text.index(" ") + 1
    # From within the second word to within the tenth.
    words = text.split()
    end = text.index(words[9], second) + 1
    page.evaluate(MARK_PART, [WORDS, second + 1, end])
    ask = page.get_by_role("link", name="Ask about these words")
    expect(ask).to_be_visible()
    quote = parse_qs(urlsplit(ask.get_attribute("href") or "").query)["quote"][0]
    assert quote == " ".join(words[1:10]).rstrip(",.;:")


def test_words_are_quoted_without_what_the_page_adds(device: Callable[..., Page]) -> None:
    page = device()
    sign_in(page, "learner@demo.test")
    page.goto(ARTICLE)
    page.evaluate(MARK, [f"#{SECTION}", f"#{SECTION} ~ p:not(.ask)", 50])
    ask = page.get_by_role("link", name="Ask about these words")
    expect(ask).to_be_visible()
    quote = parse_qs(urlsplit(ask.get_attribute("href") or "").query)["quote"][0]
    assert quote.startswith(f"{TITLE} The fear is nearly always the same")
    ask.press("Enter")
    page.wait_for_url("**/feed/ask/?*")
    expect(page.get_by_role("main").locator("blockquote")).to_have_text(quote)


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        pytest.param(WORDS, WORDS, 7, id="seven letters"),
        pytest.param("#where-to-look", WORDS, 20, id="two sections"),
        pytest.param(WORDS, "#at-home-and-at-work ~ ul > li:last-child", 1, id="over 400 letters"),
    ],
)
def test_too_few_words_too_many_and_those_of_two_sections_are_not_offered(
    device: Callable[..., Page], start: str, end: str, length: int
) -> None:
    page = device()
    page.goto(ARTICLE)
    ask = page.locator("[data-ask-quote]")
    page.evaluate(MARK, [WORDS, WORDS, 50])
    expect(ask).to_be_visible()
    page.evaluate(MARK, [start, end, length])
    expect(ask).to_be_hidden()


def test_escape_and_letting_go_of_the_words_take_the_offer_away(device: Callable[..., Page]) -> None:
    page = device(viewport={"width": 390, "height": 800})
    page.goto(ARTICLE)
    ask = page.locator("[data-ask-quote]")
    for letting_go in ("getSelection().collapseToStart()", None):
        page.evaluate(MARK, [WORDS, WORDS, 50])
        expect(ask).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        if letting_go:
            page.evaluate(letting_go)
        else:
            page.keyboard.press("Escape")
        expect(ask).to_be_hidden()


# --- Passing it on ------------------------------------------------------------------------------------------


def test_the_link_of_a_section_is_copied_and_followed(device: Callable[..., Page], site: Site) -> None:
    page = device(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{ARTICLE}?from=mail")
    page.get_by_role("link", name=f"Link to: {TITLE}").click()
    expect(page.get_by_role("status")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}{ARTICLE}#{SECTION}"
    expect(page.locator(f"#{SECTION}")).to_be_in_viewport()
    assert page.url.endswith(f"#{SECTION}")


def test_sharing_copies_the_address_where_nothing_can_be_shared(
    device: Callable[..., Page], site: Site
) -> None:
    page = device(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(ARTICLE)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("status")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}{ARTICLE}"


def test_sharing_opens_what_the_device_has_for_it(device: Callable[..., Page], site: Site) -> None:
    page = device()
    page.add_init_script("navigator.share = (what) => { window.shared = what; return Promise.reject() }")
    page.goto(ARTICLE)
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("shared") == {"url": f"{site.url}{ARTICLE}", "title": "Mentors you already have"}
    expect(page.get_by_role("status")).to_have_text("")


# --- Without scripts ----------------------------------------------------------------------------------------


def test_an_article_works_without_scripts(device: Callable[..., Page]) -> None:
    page = device(java_script_enabled=False)
    sign_in(page, "applicant@demo.test")
    page.goto(ARTICLE)
    expect(page.locator(".prose")).to_contain_text("People who love you may know nothing about medicine")
    for comfort in ("[data-ask-quote]", "[data-share]"):
        assert page.locator(comfort).evaluate_all("parts => parts.every((part) => part.hidden)")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name=TITLE).click()
    expect(page.locator(f"#{SECTION}")).to_be_in_viewport()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved. You find it in the Learner Series.")).to_be_visible()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("Marked as read.")).to_be_visible()
    page.locator(f'.prose .ask a[href$="section={SECTION}"]').click()
    page.wait_for_url(f"**/feed/ask/?article={SLUG}&section={SECTION}")
