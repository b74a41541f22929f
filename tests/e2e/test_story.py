"""The main job, from reading to the mail: real worker, real broker, real PostgreSQL."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.site import Site, sign_in

TITLE = "How early is too early to look for a mentor?"


def _sign_up(page: Page, site: Site, email: str) -> None:
    page.get_by_role("link", name="Join free").click()
    page.get_by_label("First name").fill("Robin")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Birth month").select_option("June")
    page.get_by_label("Birth year").fill("2000")
    page.get_by_label("Password", exact=True).fill("four plain words here")
    page.get_by_role("main").get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/accounts/confirm-email/")
    [mail] = site.mails_to(email)
    link = re.search(r"https?://\S+/accounts/confirm-email/\S+", mail)
    assert link is not None
    page.goto(link[0])
    page.get_by_role("button", name="Confirm my e-mail").click()


def _have_no_quiet_hours(page: Page) -> None:
    """Let mails come at any hour: this may run at night."""
    page.goto("/notifications/settings/")
    page.get_by_label("No e-mails from").select_option("0")
    page.get_by_label("Until", exact=True).select_option("0")
    with page.expect_navigation():
        page.get_by_role("button", name="Save my settings").click()


def _answer(browser: Browser, site: Site, question_url: str) -> None:
    context = browser.new_context(base_url=site.url)
    mentor = context.new_page()
    sign_in(mentor, "mentor@demo.test")
    mentor.goto(question_url)
    mentor.get_by_role("link", name="Answer this question").click()
    mentor.get_by_label("Your answer").fill(
        "I began in my second year, with one coffee.\n\nIt was early enough."
    )
    mentor.get_by_text("My own experience").click()
    mentor.get_by_text("It is true for everyone").click()
    mentor.get_by_role("button", name="Post my answer").click()
    mentor.wait_for_url("**#answer-*")
    context.close()


def test_a_visitor_reads_asks_from_a_passage_and_hears_of_the_answer(
    page: Page, browser: Browser, site: Site
) -> None:
    page.goto("/learn/")
    # Another test of this site may have imported the same document under another address.
    page.locator('main a[href="/learn/why-a-mentor-matters/"]:not([tabindex="-1"])').first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why a mentor matters")
    assert page.context.cookies() == []

    section = page.locator(".prose h2").nth(1)
    asked_about = section.evaluate("heading => heading.firstChild.textContent.trim()")
    page.locator(f'.prose a[href*="section={section.get_attribute("id")}"]').click()
    _sign_up(page, site, "robin@example.test")

    page.wait_for_url("**/feed/ask/?article=why-a-mentor-matters&section=*")
    expect(page.get_by_role("main")).to_contain_text(asked_about)
    page.get_by_label("Your question in one sentence").fill(TITLE)
    page.get_by_text("Mentoring", exact=True).click()
    page.get_by_role("button", name="Post my question").click()
    page.wait_for_url(re.compile(r"/feed/\d+/how-early"))
    expect(page.get_by_role("main")).to_contain_text(asked_about)
    question_url = page.url
    _have_no_quiet_hours(page)
    _answer(browser, site, question_url)

    letters = site.mails_to("robin@example.test", about=TITLE)
    assert len(letters) == 1
    link = re.search(r"https?://\S+/feed/\d+/\S+", letters[0])
    assert link is not None
    # A mail opens in a fresh tab; the page open here would only scroll.
    page.goto("about:blank")
    page.goto(link[0])
    answer = page.locator("article.answer")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("My story")
    expect(answer).to_contain_text("It was early enough.")
