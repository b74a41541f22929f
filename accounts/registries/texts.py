"""Which version of a text people agree to; the part that keeps the texts registers it."""

from collections.abc import Callable

_versions: dict[str, Callable[[], str]] = {}


def register_text(subject: str, version: Callable[[], str]) -> None:
    """Have `version` tell which version of the text `subject`, such as "terms", is in force."""
    _versions[subject] = version


def text_version(subject: str) -> str:
    """Return the version in force, at most 20 signs; "" where no part keeps such a text."""
    version = _versions.get(subject)
    return version() if version else ""
