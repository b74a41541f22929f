"""What a machine can say about access to the library: axe's rules, and headings in their order.

Each page in light and dark, on a wide screen and on a phone.
"""

from collections.abc import Iterator
from typing import Any, Literal
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site import Site, sign_in

PAGES = {
    "index": "/learn/",
    "search": "/learn/?q=mentor",
    "search without a result": "/learn/?q=zymurgy",
    "series": "/learn/series/why-mentoring-matters/",
    "article": "/learn/why-a-mentor-matters/",
    "article with a section for members": "/learn/when-a-cycle-does-not-work-out/",
    "article with fact cards": "/learn/a-school-list-that-fits-you/",
    "beginning of an article for members": "/learn/writing-the-personal-statement/",
    "home with mentors": "/",
    "plain page": "/safety/",
    "joining": "/accounts/signup/",
    "signing in": "/accounts/login/",
    "signing in with a code": "/accounts/login/code/",
    "a new password": "/accounts/password/reset/",
    "a link to a new password that ended": "/accounts/password/reset/key/x-y/",
    "a link to confirm that ended": "/accounts/confirm-email/x/",
    "mail was sent": "/accounts/confirm-email/",
    "too young": "/accounts/not-yet/",
}
# Of somebody signed in.
OWN_PAGES = {
    "notifications": "/notifications/",
    "notifications, empty": "/notifications/?tab=mentoring",
    "notification settings": "/notifications/settings/",
    "onboarding": "/accounts/onboarding/",
    "profile": "/accounts/profile/",
    "what others see": "/accounts/profile/preview/",
    "sensitive experiences": "/accounts/profile/sensitive/",
    "e-mail": "/accounts/email/",
    "password": "/accounts/password/change/",
    "second steps": "/accounts/2fa/",
    "passkeys": "/accounts/2fa/webauthn/",
    "devices": "/accounts/sessions/",
    "google": "/accounts/3rdparty/",
    "password once more": "/accounts/reauthenticate/",
    "signing out": "/accounts/logout/",
    "copy of my data": "/accounts/export/",
    "my reports": "/report/mine/",
    "where I stand": "/accounts/standing/",
}
SCREENS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
# Where Tab should stop in the main part, in reading order; and what the stop at hand is like.
STOPS = """main => {
  window.stops = [...main.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
    .filter((stop) => stop.checkVisibility());
  return stops.length;
}"""
FOCUS = """() => {
  const stop = document.activeElement, box = stop.getBoundingClientRect();
  return {
    at: stops.indexOf(stop),
    isSeen: box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    // Around the whole card where its main link has the focus.
    hasRing: [stop, stop.closest(".card")].some((el) => el && getComputedStyle(el).outlineStyle === "solid"),
  };
}"""
LEVELS = "headings => headings.map((heading) => [Number(heading.tagName[1]), heading.textContent.trim()])"


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def screen(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A visitor's browser without movement, whose half-way colors would be judged."""
    scheme: Literal["light", "dark"] = request.param[0]
    context = browser.new_context(
        base_url=site.url,
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": request.param[1], "height": 900},
    )
    yield context
    context.close()


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found: dict[str, Any] = Axe().run(page).response
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_nothing_on(path: str, screen: BrowserContext) -> None:
    page = screen.new_page()
    page.goto(path)
    page.locator("details").evaluate_all("folds => folds.forEach((fold) => { fold.open = true; })")
    assert _violations(page) == []


def test_axe_finds_nothing_on_pages_of_ones_own(screen: BrowserContext) -> None:
    page = screen.new_page()
    sign_in(page, "learner@demo.test")
    for path in OWN_PAGES.values():
        page.goto(path)
        assert (path, _violations(page)) == (path, [])


def test_axe_finds_nothing_in_forms_of_the_door_that_come_back(screen: BrowserContext) -> None:
    page, nobody = screen.new_page(), f"{uuid4()}@example.test"
    main = page.get_by_role("main")
    page.goto("/accounts/signup/")
    page.locator("form.form").first.evaluate("form => { form.noValidate = true; }")
    main.get_by_role("button", name="Create my account").click()
    page.get_by_text("Please look at this again.").wait_for()
    assert _violations(page) == []
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(nobody)
    page.get_by_label("Password", exact=True).fill("a-wrong-password")
    main.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("do not match").wait_for()
    assert _violations(page) == []
    page.goto("/accounts/login/code/")
    page.get_by_label("E-mail").fill(nobody)
    main.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill("AAAA")
    main.get_by_role("button", name="Sign in").click()
    page.get_by_text("Please look at this again.").wait_for()
    assert _violations(page) == []


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_headings_begin_with_one_title_and_skip_no_level(browser: Browser, site: Site, path: str) -> None:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto(path)
    headings = page.get_by_role("main").locator("h1, h2, h3, h4, h5, h6").evaluate_all(LEVELS)
    context.close()
    levels = [level for level, _ in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = zip(levels, headings[1:], strict=False)
    assert [name for before, (level, name) in steps if level > before + 1] == []


def test_axe_finds_nothing_in_what_scripts_show(screen: BrowserContext) -> None:
    screen.grant_permissions(["clipboard-write"])
    page = screen.new_page()
    page.goto(PAGES["article"])
    page.locator(".anchor").first.click()
    page.locator(".prose p").first.evaluate("words => getSelection().selectAllChildren(words)")
    page.get_by_role("link", name="Ask about these words").wait_for()
    page.get_by_text("Link copied").wait_for()
    assert _violations(page) == []


def test_the_keyboard_walks_an_article_from_top_to_bottom(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.url, reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(PAGES["article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    stops = page.locator("main").evaluate(STOPS)
    walked = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUS))
    context.close()
    assert walked == [{"at": at, "isSeen": True, "hasRing": True} for at in range(stops)]
