"""Put something into an article that editors did not write there themselves."""

from breakthru.lib.richtext.cleaning import clean
from breakthru.lib.richtext.profiles import ARTICLE
from breakthru.lib.richtext.tree import Element, RichTextError, new, read, take_apart, write

_HEADINGS = frozenset({"h2", "h3"})


class UnknownSectionError(RichTextError):
    """The text has no section of that anchor."""


def insert_at_end_of_section(html: str, anchor: str, block: str) -> str:
    """Return a cleaned article with `block` (cleaned HTML, too) behind the last words of a section.

    A section ends at the next h2 or h3, whatever its level, as in `sections`; "" is the whole text. The
    footnotes stay last. Raises UnknownSectionError, and RichTextError when the text grows too long.
    """
    root = read(html)
    holder = new("div", take_apart(read(block)))
    end = _end(root, anchor)
    if end is None:
        root.append(holder)
    else:
        end.addprevious(holder)
    return clean(write(root), ARTICLE).html


def _end(root: Element, anchor: str) -> Element | None:
    """Return what follows the section, or None at the end of the text."""
    blocks = list(root)
    if not anchor:
        return next((el for el in blocks if el.tag == "section"), None)
    for at, el in enumerate(blocks):
        if el.tag in _HEADINGS and el.get("id") == anchor:
            return next((el for el in blocks[at + 1 :] if el.tag in _HEADINGS | {"section"}), None)
    message = "The text has no such section any more. Please choose another."
    raise UnknownSectionError(message)
