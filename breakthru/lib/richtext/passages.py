"""Passages that people quote and ask about, found again when the article has changed."""

import re
import unicodedata
from collections.abc import Sequence

from breakthru.lib.richtext.anchors import is_note_reference
from breakthru.lib.richtext.cleaning import Heading, plain_text
from breakthru.lib.richtext.sections import sections
from breakthru.lib.richtext.tree import Element, read, strip_invisible, unwrap

_DOUBLE_QUOTES = re.compile("[\u201c-\u201f\u00ab\u00bb\u2033]")
_SINGLE_QUOTES = re.compile("[\u2018-\u201b\u2039\u203a\u2032`\u00b4]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def has_quote(html: str, anchor: str, quote: str) -> bool:
    """Say whether the section of `anchor` ("" for the whole text) has the words of `quote`.

    White space and kinds of quotation marks and dashes do not count; the raised numbers of footnotes may
    be in the quote, as a selection on the page has them. A section has its subsections.
    """
    words = _plain(quote)
    part = _section(html, anchor)
    if not words or not part:
        return False
    root = read(part)
    if words in _plain(plain_text(root)):
        return True
    _show_note_numbers(root)
    return words in _plain(plain_text(root))


def _section(html: str, anchor: str) -> str:
    if not anchor:
        return html
    level = 0
    found: list[str] = []
    for section in sections(html):
        if found and section.level <= level:
            break
        if found or section.id == anchor:
            level = level or section.level
            found.append(section.html)
    return "".join(found)


def _show_note_numbers(root: Element) -> None:
    for el in [el for el in root.iter("sup") if is_note_reference(el)]:
        for link in list(el.iter("a")):
            unwrap(link)


def _plain(text: str) -> str:
    # Before NFKC, which makes two characters of some of these marks.
    text = _SINGLE_QUOTES.sub("'", _DOUBLE_QUOTES.sub('"', strip_invisible(text).replace("\xad", "")))
    return " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", text)).split())


def nearest_heading(old: Sequence[Heading], anchor: str, new: Sequence[Heading]) -> Heading | None:
    """Return the heading in the outline `new` where readers find what stood at `anchor` in `old`.

    That is the heading of the same id; else one of the same words; else the same for the nearest heading
    before it in `old`; else None.
    """
    by_id = {heading.id: heading for heading in reversed(new)}
    if anchor in by_id:
        return by_id[anchor]
    known = {heading.id for heading in old}
    # A heading that kept its id is still itself, whatever other heading had the same words.
    by_text = {heading.text.casefold(): heading for heading in reversed(new) if heading.id not in known}
    at = next((index for index, heading in enumerate(old) if heading.id == anchor), -1)
    for heading in reversed(old[: at + 1]):
        found = by_id.get(heading.id) or by_text.get(heading.text.casefold())
        if found is not None:
            return found
    return None
