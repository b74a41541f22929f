"""Prints the path of a Chromium that runs here, after installing one where that is possible.

An empty line means that there is none: the browser tests are then skipped, except with CI=true,
where this ends with exit code 1. What it does is told on stderr.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RUN_SECONDS = 60
INSTALL_SECONDS = 600


def runs(path: str) -> bool:
    """Whether the program at `path` starts: one without its system libraries does not."""
    try:
        version = subprocess.run(
            [path, "--version"], check=False, capture_output=True, text=True, timeout=RUN_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return version.returncode == 0


def installed() -> Iterator[str]:
    """Yield candidates: the one named by CHROMIUM, then those on the PATH, then Playwright's own."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        path = shutil.which(name) if name else None
        if path:
            yield path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        yield from (str(path) for path in sorted(cache.glob(pattern), reverse=True))


def ways_to_install() -> Iterator[tuple[list[str], ...]]:
    """Yield the ways to get one, each a row of commands."""
    yield ([sys.executable, "-m", "playwright", "install", "chromium"],)
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-qy", "--no-install-recommends", "chromium"],
        )


def succeeds(command: list[str]) -> bool:
    """Run one installing command, its words on stderr; whether it went well."""
    sys.stderr.write(f"Looking for a browser: {' '.join(command)}\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run = subprocess.run(
            command, check=False, stdout=sys.stderr, env=environment, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return run.returncode == 0


def find() -> str | None:
    """Return the path of a Chromium that runs, installing one when there is none; None when impossible."""
    found = next(filter(runs, installed()), None)
    for commands in () if found else ways_to_install():
        if all(succeeds(command) for command in commands):
            found = next(filter(runs, installed()), None)
        if found:
            break
    return found


def main() -> int:
    """Print the path; return the exit code."""
    path = find()
    sys.stdout.write(f"{path or ''}\n")
    if path is None:
        sys.stderr.write("No Chromium runs here and none could be installed: browser tests cannot run.\n")
    return 1 if path is None and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
