"""The broker is frozen or gone while people work: nothing waits for it, and nothing is lost."""

import os
import re
import signal
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page

from tests.site import Site, sign_in

PATIENCE_MS = 5000


def _broker(site: Site) -> psutil.Process:
    socket = Path("broker.sock")
    [found] = [
        child
        for child in psutil.Process(site.process.pid).children(recursive=True)
        if "valkey" in child.name() and socket.name in " ".join(child.cmdline())
    ]
    return found


def _ask(page: Page, title: str) -> str:
    page.goto("/feed/ask/")
    page.get_by_label("Your question in one sentence").fill(title)
    page.get_by_text("Mentoring", exact=True).click()
    page.get_by_role("button", name="Post my question").click()
    page.wait_for_url(re.compile(r"/feed/\d+/"), timeout=PATIENCE_MS)
    return page.url


def _answer(browser: Browser, site: Site, url: str) -> None:
    context = browser.new_context(base_url=site.url)
    mentor = context.new_page()
    sign_in(mentor, "mentor@demo.test")
    mentor.goto(f"{url}answer/")
    mentor.get_by_label("Your answer").fill("It went well for me.")
    mentor.get_by_text("My own experience").click()
    mentor.get_by_text("It is true for everyone").click()
    mentor.get_by_role("button", name="Post my answer").click()
    mentor.wait_for_url("**#answer-*", timeout=PATIENCE_MS)
    context.close()


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_questions_and_mails_survive_the_broker(
    page: Page,
    browser: Browser,
    site: Site,
    fault: signal.Signals,
) -> None:
    title = f"Does anybody hear me while {fault.name.lower()} is at work?"
    broker = _broker(site)
    sign_in(page, "learner@demo.test")
    os.kill(broker.pid, fault)
    try:
        _answer(browser, site, _ask(page, title))
    finally:
        # A killed broker is started again by `up`; a frozen one goes on.
        if fault == signal.SIGSTOP:
            os.kill(broker.pid, signal.SIGCONT)
    mails = site.mails_to("learner@demo.test", about=title, seconds=90)
    assert len(mails) == 1
