"""The doors in a browser: axe's rules on each page, and a passkey from a device that the browser plays."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.site import PASSWORD, Site, sign_in

OUTSIDE = {
    "login": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "code": "/accounts/login/code/",
    "too young": "/accounts/not-yet/",
}
INSIDE = {
    "second steps": "/accounts/2fa/",
    "app": "/accounts/2fa/totp/activate/",
    "passkey": "/accounts/2fa/webauthn/add/",
    "devices": "/accounts/sessions/",
    "google": "/accounts/3rdparty/",
}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(params=["light", "dark"])
def context(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A phone without movement, whose half-way colors would be judged."""
    made = browser.new_context(
        base_url=site.url,
        color_scheme=request.param,
        reduced_motion="reduce",
        viewport={"width": 390, "height": 900},
    )
    yield made
    made.close()


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found: dict[str, Any] = Axe().run(page).response
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]


def test_axe_finds_nothing_at_the_doors(context: BrowserContext) -> None:
    page, found = context.new_page(), {}
    for name, path in OUTSIDE.items():
        page.goto(path)
        found[name] = _violations(page)
    assert found == {name: [] for name in OUTSIDE}


def test_axe_finds_nothing_in_what_is_mine(context: BrowserContext) -> None:
    page, found = context.new_page(), {}
    sign_in(page, "learner@demo.test")
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    for name, path in INSIDE.items():
        page.goto(path)
        found[name] = _violations(page)
    assert found == {name: [] for name in INSIDE}


def test_passkey_is_added_and_signs_in(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_in(page, "mentee@demo.test")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My recovery codes")
    context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/dashboard/")
    context.close()


def test_a_device_without_passkeys_is_told_to_go_on_another_way(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work.")
    context.close()
