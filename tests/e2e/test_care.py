"""Report, block, help lines and warnings in a browser: by keyboard, in light and dark, and axe-clean."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.site import Site, sign_in

SCREENS = [("light", 1280), ("dark", 390)]
POST = "Post my question"


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def page(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a learner who is signed in."""
    context = browser.new_context(
        base_url=site.url,
        color_scheme=request.param[0],
        reduced_motion="reduce",
        viewport={"width": request.param[1], "height": 900},
    )
    opened = context.new_page()
    sign_in(opened, "learner@demo.test")
    yield opened
    context.close()


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found: dict[str, Any] = Axe().run(page).response
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]


def _open_answered(page: Page) -> None:
    page.goto("/feed/")
    page.locator(".q:not(:has-text('No answer yet')) :is(h2, h3) a").first.click()
    page.wait_for_url("**/feed/*/*/")


def _post(page: Page, title: str) -> None:
    page.goto("/feed/ask/")
    page.get_by_label("Your question in one sentence").fill(title)
    page.get_by_role("button", name=POST).click()
    page.get_by_role("alert").wait_for()


def test_the_menu_beside_a_post_opens_and_closes_by_keyboard(page: Page) -> None:
    _open_answered(page)
    menu = page.get_by_role("main").locator("details.menu").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Report this answer")).to_be_in_viewport(ratio=1)
    expect(menu.get_by_role("link", name="Block")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert _violations(page) == []
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Report this answer")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_help_lines_are_out_of_sight_until_the_address_asks_for_them(page: Page) -> None:
    page.goto("/feed/ask/")
    page.get_by_label("Your question in one sentence").fill("Who has taken the bus to an interview?")
    page.get_by_label("Well-being", exact=True).check()
    page.get_by_role("button", name=POST).click()
    page.wait_for_url("**/feed/*/*/")
    lines = page.get_by_role("region", name="Somebody to talk to")
    expect(lines).to_be_hidden()
    page.goto(f"{page.url}#while-you-wait")
    expect(lines).to_be_in_viewport()
    assert _violations(page) == []


def test_a_form_that_comes_back_with_warnings_is_clean(page: Page) -> None:
    _post(page, "Is jane@example.org enough to end my life?")
    expect(page.get_by_label("Post it as it is")).not_to_be_checked()
    expect(page.get_by_role("link", name="findahelpline.com")).to_be_visible()
    assert _violations(page) == []
