"""What an import gives back: the draft, its pictures, and an honest list of what was left out."""

import hashlib
from dataclasses import dataclass, field

from breakthru.lib.images import MAX_BYTES, Image, ImageError, reencode
from breakthru.lib.richtext import Cleaned

MAX_IMAGES = 200
_EXAMPLE_LENGTH = 120


REFUSED_LINKS = "Links (only web, mail and local ones are kept)"


class DocumentError(ValueError):
    """The document cannot be imported; the message says why, in a plain sentence for the editor."""


@dataclass(frozen=True)
class Dropped:
    """One kind of thing that was left out: how often, and the first one met."""

    kind: str
    count: int
    example: str


@dataclass(frozen=True)
class Imported:
    """A document as a clean draft. The pictures are what the `src` attributes of the text name.

    `about` holds every entry of a front matter by its name in lower case; empty where there is none.
    """

    title: str
    summary: str
    cleaned: Cleaned
    images: tuple[Image, ...]
    report: tuple[Dropped, ...]
    about: dict[str, str] = field(default_factory=dict)


class DropLog:
    """Collects what is left out while a document is read."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def add(self, kind: str, example: str = "", count: int = 1) -> None:
        """Count `count` things of `kind`; the first example that is not empty is kept, shortened."""
        self._counts[kind] = self._counts.get(kind, 0) + count
        words = " ".join(example.split())
        if words and not self._examples.get(kind):
            short = words if len(words) <= _EXAMPLE_LENGTH else words[: _EXAMPLE_LENGTH - 1] + "…"
            self._examples[kind] = short

    def result(self) -> tuple[Dropped, ...]:
        """Return the report in the order in which the kinds were met."""
        return tuple(Dropped(kind, n, self._examples.get(kind, "")) for kind, n in self._counts.items())


class Album:
    """Takes the pictures of one document; refused ones go to the log with the reason."""

    def __init__(self, log: DropLog, prefix: str) -> None:
        self._log = log
        self._prefix = prefix
        self._images: dict[str, Image] = {}
        # By the hash of what came in: one picture referenced a thousand times is decoded once.
        self._seen: dict[bytes, Image | ImageError] = {}

    def _read(self, data: bytes, alt: str) -> Image | ImageError:
        key = hashlib.sha256(data).digest()
        if key not in self._seen:
            try:
                self._seen[key] = reencode(data, max_bytes=MAX_BYTES, alt=alt)
            except ImageError as error:
                self._seen[key] = error
        return self._seen[key]

    def add(self, data: bytes, alt: str) -> dict[str, str] | None:
        """Re-encode a picture and return the attributes of its <img>, or None if it was refused."""
        if len(self._images) >= MAX_IMAGES:
            self.refuse(f"More than {MAX_IMAGES} pictures.", alt)
            return None
        image = self._read(data, alt)
        if isinstance(image, ImageError):
            self.refuse(str(image), alt)
            return None
        self._images.setdefault(image.name, image)
        size = {"width": str(image.width), "height": str(image.height)}
        return {"src": f"{self._prefix}{image.name}", "alt": alt, **size}

    def refuse(self, reason: str, name: str) -> None:
        """Log a picture that is not taken."""
        self._log.add("Pictures", f"{name}: {reason}" if name else reason)

    def images(self) -> tuple[Image, ...]:
        """Return the pictures taken, each content once."""
        return tuple(self._images.values())
