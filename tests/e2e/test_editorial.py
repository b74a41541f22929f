"""The editors' way in a browser: import, edit, review, publish, read."""

from pathlib import Path

from lxml import etree, html
from playwright.sync_api import Browser, Page, expect

from tests.site import Site, sign_in

ARTICLES = Path(__file__).resolve().parents[2] / "demo" / "articles"
# Everything that an article may hold, most of which the editor does not know by itself.
EVERYTHING = """
<h1>Everything</h1>
<p>See <a href="#later">later</a>, <strong>bold <em>and</em></strong> <code>c</code> H<sub>2</sub>
<sup>2</sup>
<abbr title="Doctor of Medicine">MD</abbr></p>
<h2 id="later">Later</h2>
<ul><li>one<ul><li>inner<ol start="3"><li>deep</li></ol></li></ul></li><li><p>loose</p><p>two</p></li></ul>
<aside class="note warn" aria-label="My story"><p>Story</p><ul><li>a</li></ul></aside>
<aside data-fact="mcat-score-release"></aside><p>between</p><aside data-fact="mcat-attempt-limits"></aside>
<table><caption>What <em>holds</em></caption><thead><tr><th>A</th><th>B</th></tr></thead>
<tbody><tr><th>r</th><td><p>p1</p><p>p2</p></td></tr><tr><td>x</td><td colspan="1">y</td></tr></tbody></table>
<dl><dt>Term</dt><dd>Means</dd><dd><p>a</p><p>b</p></dd></dl>
<blockquote><p>q</p></blockquote><pre><code>two
 lines</code></pre><hr><h3>Inner</h3><p>a<br>b <a href="/feed/">feed</a> <a href="mailto:a@b.org">m</a></p>
<p>Noted<sup><a href="#fn-1" id="fnref-1">1</a></sup><sup><a href="#fn-2" id="fnref-2">2</a></sup></p>
<section class="footnotes"><ol><li id="fn-1">Words <a href="#fnref-1">back</a></li>
<li id="fn-2">More <a href="#fnref-2">back</a></li></ol></section>
"""


def _import(page: Page, file: Path, address: str) -> None:
    page.goto("/admin/learner_series/article/")
    page.get_by_role("link", name="Import a document").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_be_visible()


def _canonical(text: str) -> bytes:
    """The text without the order of attributes and the breaks of its lines."""
    tree = html.fragment_fromstring(text.replace("\n", " "), create_parent=True)
    return etree.tostring(tree, method="c14n")


def _type_and_take_back(page: Page) -> None:
    words = page.get_by_role("textbox", name="Text", exact=True)
    words.press("Control+Home")
    words.press_sequentially("Zz")
    words.press("Backspace")
    words.press("Backspace")


def _source(page: Page) -> str:
    return page.locator("textarea[name=html]").input_value()


def test_the_editor_loses_nothing_of_an_article(page: Page, tmp_path: Path) -> None:
    everything = tmp_path / "everything.html"
    everything.write_text(EVERYTHING, encoding="utf-8")
    sign_in(page, "editor@demo.test")
    for file in (everything, ARTICLES / "why-a-mentor-matters.docx"):
        _import(page, file, f"round-trip-{file.suffix[1:]}")
        before = _source(page)
        _type_and_take_back(page)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The draft is saved.", exact=True)).to_be_visible()
        assert _canonical(_source(page)) == _canonical(before)


def test_a_document_becomes_an_article_that_readers_open(page: Page, browser: Browser, site: Site) -> None:
    sign_in(page, "editor@demo.test")
    _import(page, ARTICLES / "why-a-mentor-matters.docx", "from-word")
    words = page.get_by_role("textbox", name="Text", exact=True)
    words.press("Control+Home")
    words.press_sequentially("Typed in the editor. ")
    page.get_by_label("Summary").fill("What a mentor gives that an article cannot.")
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("Revision 1: in review.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    context = browser.new_context(base_url=site.url)
    other = context.new_page()
    sign_in(other, "admin@demo.test")
    other.goto(page.url)
    other.get_by_role("button", name="Approve").click()
    other.get_by_role("button", name="Publish").click()
    expect(other.get_by_text("Revision 1: published.")).to_be_visible()
    context.close()

    page.goto("/learn/from-word/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Why a mentor matters")
    expect(page.locator(".prose")).to_contain_text("Typed in the editor. Most people")
    expect(page.locator(".prose img")).to_have_js_property("complete", True)


def test_a_fact_card_is_chosen_in_the_editor_and_shown_to_readers(page: Page, tmp_path: Path) -> None:
    plain = tmp_path / "plain.html"
    plain.write_text("<h1>Cards</h1><p>Before the card.</p>", encoding="utf-8")
    sign_in(page, "editor@demo.test")
    _import(page, plain, "with-a-card")
    words = page.get_by_role("textbox", name="Text", exact=True)
    words.press("Control+End")
    page.get_by_role("button", name="Insert a fact card").click()
    page.get_by_label("Which one").select_option("How often you may take the MCAT (mcat-attempt-limits)")
    page.get_by_role("dialog").get_by_role("button", name="Insert", exact=True).click()
    expect(words.locator(".bt-fact strong")).to_have_text("How often you may take the MCAT")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The draft is saved.", exact=True)).to_be_visible()
    assert _source(page) == '<p>Before the card.</p><aside data-fact="mcat-attempt-limits"></aside>'

    words.locator(".bt-fact").click()
    page.get_by_role("button", name="Insert a fact card").click()
    expect(page.get_by_label("Which one")).to_have_value(
        "How often you may take the MCAT (mcat-attempt-limits)"
    )
    page.get_by_label("Which one").select_option("When MCAT scores come out (mcat-score-release)")
    page.get_by_role("dialog").get_by_role("button", name="Insert", exact=True).click()
    assert _source(page) == '<p>Before the card.</p><aside data-fact="mcat-score-release"></aside>'


def test_an_editor_hears_that_somebody_else_has_the_draft_open(
    page: Page, browser: Browser, site: Site, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.html"
    plain.write_text("<h1>Two at once</h1><p>Words.</p>", encoding="utf-8")
    sign_in(page, "editor@demo.test")
    _import(page, plain, "two-at-once")
    note = page.locator(".bt-presence")
    expect(note).to_have_count(0)

    context = browser.new_context(base_url=site.url)
    other = context.new_page()
    sign_in(other, "admin@demo.test")
    other.goto(page.url)
    expect(other.locator(".bt-presence")).to_contain_text("has this draft open, too.")
    context.close()

    page.clock.install()
    page.reload()
    expect(note).to_have_count(1)
    page.route("**/presence/", lambda route: route.fulfill(json={"others": ["Amara", "Devon"]}))
    page.clock.run_for(60_000)
    expect(note).to_contain_text("Amara and Devon have this draft open, too.")
    page.route("**/presence/", lambda route: route.fulfill(json={"others": []}))
    page.clock.run_for(60_000)
    expect(note).to_have_count(0)
