"""Read the files of demo/."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER: Path = settings.BASE_DIR / "demo"


def table(name: str, key: str) -> list[dict[str, Any]]:
    """Return the rows of `[[key]]` in demo/<name>.toml, in order."""
    rows: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))[key]
    return rows


def front_matter(path: Path) -> dict[str, str]:
    """Return the `name: value` lines between the first two `---` of a Markdown file."""
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    pairs = (line.split(":", 1) for line in head.splitlines())
    return {name.strip(): value.strip() for name, value in pairs}


def articles() -> list[tuple[dict[str, str], Path]]:
    """Return front matter and document of each article; a Word document beside the Markdown is preferred.

    By place in their series and then by name, so that each finds its place free.
    """
    found = []
    for path in (FOLDER / "articles").glob("*.md"):
        word = path.with_suffix(".docx")
        found.append((front_matter(path), word if word.exists() else path))
    return sorted(found, key=lambda row: (int(row[0]["position"]), row[0]["slug"]))


def words(value: str) -> list[str]:
    """Split a comma-separated value."""
    return [word.strip() for word in value.split(",") if word.strip()]
