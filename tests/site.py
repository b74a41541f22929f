"""Fixtures of browser and fault tests, which walk the real thing: `manage.py up` with all its processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "breakthru-demo"


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data folder and the process that holds it."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    def mails_to(self, address: str, about: str = "", seconds: float = 30) -> list[str]:
        """Wait for mails to `address` with `about` in them; return subject and text part, newest last."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = []
            for path in sorted((self.data_dir / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime):
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                body = mail.get_body(preferencelist=("plain",))
                assert body is not None
                words = f"Subject: {mail['Subject']}\n\n{body.get_content()}"
                if mail["To"] == address and about in words:
                    found.append(words)
            if found:
                return found
            time.sleep(0.2)
        return []


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_site(data_dir: Path, port: int) -> Site:
    """Start `manage.py up` and wait until it serves; its output stands in up.log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST"))}
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "CACHE_URL",
        "SECRET_KEY",
        "SITE_URL",
        "DEMO",
        "DJANGO_SETTINGS_MODULE",
    ):
        kept.pop(name, None)
    environment = {**kept, "DEBUG": "1", "DATA_DIR": str(data_dir), "PORT": str(port)}
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    site = Site(f"http://localhost:{port}", data_dir, process)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return site
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the site did not start:\n{(data_dir / 'up.log').read_text()}")


def stop_site(site: Site) -> None:
    """Stop with SIGINT, as Ctrl-C does, and wait for the end."""
    site.process.send_signal(signal.SIGINT)
    site.process.wait(60)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running site with the demo for all browser tests of this worker."""
    running = start_site(tmp_path_factory.mktemp("site"), _free_port())
    yield running
    stop_site(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium; without one the browser tests are reported as skipped."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.skip("no Chromium is installed (tests/e2e/ensure_chromium.py)")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=flags)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A visitor's page at 1280 wide; a console error or a blocked resource fails the test."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in through the form."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard/")
