"""The one way from what a person sends to HTML that a template may print."""

from dataclasses import dataclass

from breakthru.lib.richtext.anchors import heading_text, is_note_reference, normalize_anchors
from breakthru.lib.richtext.blocks import normalize_blocks
from breakthru.lib.richtext.fact_blocks import normalize_facts
from breakthru.lib.richtext.plain import from_plain_text, looks_like_html
from breakthru.lib.richtext.profiles import ARTICLE, POST, Profile
from breakthru.lib.richtext.tree import (
    Element,
    TooComplexError,
    TooLongError,
    read,
    read_any,
    strip_invisible,
    write,
)

# Stored with each cleaned text; raise it whenever the rules change, so that old texts can be cleaned anew.
CLEANER_VERSION = 2

_MAX_ROUNDS = 6
_SANITIZERS = {profile.name: profile.sanitizer() for profile in (POST, ARTICLE)}
_LINE_ENDS = frozenset(
    {
        "p",
        "br",
        "li",
        "h2",
        "h3",
        "h4",
        "pre",
        "blockquote",
        "figure",
        "figcaption",
        "caption",
        "tr",
        "td",
        "th",
    }
    | {"dt", "dd", "hr", "ul", "ol", "table", "aside", "section"}
)


@dataclass(frozen=True)
class Heading:
    """One entry of an outline: level 2 or 3, the id of its anchor, its words."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Cleaned:
    """Safe HTML, its words (a line per block), outline and word count, and the cleaner's version."""

    html: str
    text: str
    outline: tuple[Heading, ...]
    word_count: int
    version: int


def clean(html: str, profile: Profile) -> Cleaned:
    """Return `html` reduced to what `profile` allows.

    Cleaning is repeated until it changes nothing: the result is a fixed point of parsing and writing, so
    it cannot mutate into something else in a browser, and cleaning it again gives the same value.
    Raises TooLongError and TooComplexError (both RichTextError, a ValueError).
    """
    for _ in range(_MAX_ROUNDS):
        _refuse_too_long(html, profile)
        before, html = html, clean_once(html, profile)
        if html == before:
            return measure(html)
    raise TooComplexError("This text has formatting that cannot be read. Please paste it as plain text.")


def _refuse_too_long(html: str, profile: Profile) -> None:
    size = len(html.encode("utf-8", "replace"))
    if size > profile.max_bytes:
        raise TooLongError(
            f"This text is too long ({size // 1000:,} kB). At most {profile.max_bytes // 1000:,} kB fit here."
        )


def clean_input(value: str, profile: Profile) -> Cleaned:
    """Clean what a form field posted: HTML from the editor, or plain text from a bare textarea."""
    return clean(value if looks_like_html(value) else from_plain_text(value), profile)


def clean_once(html: str, profile: Profile) -> str:
    """Parse, normalize and sanitize once; the sanitizer has the last word."""
    root = read_any(html, profile)
    normalize_facts(root, profile)
    normalize_blocks(root, profile)
    normalize_anchors(root, profile)
    return _SANITIZERS[profile.name].clean(write(root))


def measure(html: str) -> Cleaned:
    """Return cleaned HTML with its words and outline."""
    root = read(html)
    text = plain_text(root)
    outline = tuple(
        Heading(level=int(str(el.tag)[1]), id=el.get("id", ""), text=heading_text(el))
        for el in root.iterchildren("h2", "h3")
    )
    return Cleaned(html, text, outline, len(text.split()), CLEANER_VERSION)


def plain_text(root: Element) -> str:
    """Return the words under `root`, one line per block, without the machinery of footnotes."""
    parts: list[str] = []
    _collect(root, parts)
    lines = (" ".join(line.split()) for line in strip_invisible("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def _collect(el: Element, parts: list[str]) -> None:
    text = el.text or ""
    end = "\n" if el.tag in _LINE_ENDS else ""
    parts.extend((end, text if el.tag == "pre" else text.replace("\n", " ")))
    for child in el:
        if not is_note_reference(child) and not child.get("href", "").startswith("#fnref-"):
            _collect(child, parts)
        parts.append((child.tail or "").replace("\n", " "))
    parts.append(end)
