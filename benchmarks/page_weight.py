"""What a page weighs over the wire: python -m benchmarks.page_weight (needs an installed Chromium).

Runs the demo as in production (DEBUG off, static files with their final names and stored bodies, granian),
opens pages as a visitor with an empty cache, and prints kB (1,000 bytes, headers included) by kind, and the
requests for page, styles and scripts. Ends with status 1 when the article weighs 60 kB or more, or asks more
than 8 times.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Request, sync_playwright

from breakthru.embedded import servers

ROOT = Path(__file__).resolve().parents[1]
# 1,900 words in 20 sections, with a table, a figure and footnotes.
ARTICLE = "article of 1,900 words"
PAGES = {
    ARTICLE: "/learn/why-a-mentor-matters/",
    "article, beginning only": "/learn/writing-the-personal-statement/",
    "index": "/learn/",
    "search": "/learn/?q=mentor",
    "series": "/learn/series/why-mentoring-matters/",
}
LIMIT, MOST_REQUESTS = 60_000, 8
KINDS = ("document", "stylesheet", "script")


def main() -> None:
    """Print a line a page; judge the article."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        sys.exit("no Chromium is installed")
    print(f"{'page':<26}{'HTML':>8}{'CSS':>8}{'scripts':>9}{'together':>10}{'requests':>10}{'the rest':>10}")
    with _site() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        verdicts = {name: _measure(browser, name, url + path) for name, path in PAGES.items()}
        browser.close()
    sys.exit(0 if verdicts[ARTICLE] else 1)


def _measure(browser: Browser, name: str, url: str) -> bool:
    """Print the line of one page; return whether it is light enough."""
    page = browser.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108  (it marks its handlers)
    page.goto(url, wait_until="networkidle")
    weights: Counter[str] = Counter()
    for request in asked:
        sizes = request.sizes()
        weights[request.resource_type] += sizes["responseHeadersSize"] + sizes["responseBodySize"]
    page.close()
    parts = [weights[kind] for kind in KINDS]
    count = sum(request.resource_type in KINDS for request in asked)
    columns = [*parts, sum(parts)]
    line = "".join(f"{size / 1000:{width}.1f}" for size, width in zip(columns, (8, 8, 9, 10), strict=True))
    print(f"{name:<26}{line}{count:>10}{(weights.total() - sum(parts)) / 1000:>10.1f}")
    return sum(parts) < LIMIT and count <= MOST_REQUESTS


@contextmanager
def _site() -> Iterator[str]:
    """Yield the address of a production with the demo in it."""
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=False) as addresses:
        port = _free_port()
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "STATIC_ROOT": f"{folder}/static",
            "DATABASE_URL": addresses.database_url,
            "REDIS_URL": addresses.broker_url,
            "CACHE_URL": addresses.cache_url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": f"http://localhost:{port}",
            "LOG_LEVEL": "ERROR",
        }
        _run(environment | {"DEBUG": "1"}, "manage.py", "up", "--prepare")
        _run(environment | {"DEBUG": "0"}, "manage.py", "collectstatic", "--noinput")
        granian = [
            "granian",
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--no-ws",
            "breakthru.wsgi:application",
        ]
        web = subprocess.Popen(
            [sys.executable, "-m", *granian],
            cwd=ROOT,
            env=environment | {"DEBUG": "0"},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield f"http://localhost:{port}"
        finally:
            web.terminate()
            web.wait(30)


def _run(environment: dict[str, str], *command: str) -> None:
    subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _wait_for(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("localhost", port), timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the site did not start")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
