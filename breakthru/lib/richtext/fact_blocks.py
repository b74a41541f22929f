"""Fact cards in a text: an empty `<aside data-fact="key">` marks the place, the page fills it.

The text stores the key only, so that a changed fact changes every article that shows it.
"""

import re

from breakthru.lib.richtext.blocks import LINES, LISTS
from breakthru.lib.richtext.profiles import FACT, Profile
from breakthru.lib.richtext.tree import (
    Element,
    fill,
    is_blank,
    is_fact,
    new,
    parent_of,
    remove,
    take_apart,
    text_in,
)

MAX_FACT_KEY_LENGTH = 60

_KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# What people write where they have no block for it: in Markdown, in Word, in a bare textarea.
_MARK = re.compile(rf"\{{\{{ ?fact ?: ?({_KEY}) ?\}}\}}", re.IGNORECASE | re.ASCII)
# No block may stand between the rows, items or words of these.
_NO_HOME = LINES | LISTS | {"table", "thead", "tbody", "tfoot", "tr", "dl", "figure"}


def is_fact_key(key: str) -> bool:
    """Say whether `key` can name a fact: small letters, digits and single hyphens, not too long."""
    return len(key) <= MAX_FACT_KEY_LENGTH and re.fullmatch(_KEY, key) is not None


def facts_in(root: Element) -> list[Element]:
    """Return the fact cards under `root`."""
    return [el for el in root.iter("aside") if is_fact(el)]


def normalize_facts(root: Element, profile: Profile) -> None:
    """Make each fact card of the tree an empty block in a place for blocks; in place.

    In a profile without fact cards, and with a key that cannot be one, it is an aside like any other.
    """
    if FACT in profile.attributes.get("aside", ()):
        for el in reversed(list(root.iter("p", "li", "dd", "td", "th"))):
            _replace_mark(el)
    else:
        _forget(facts_in(root))
    _forget([el for el in facts_in(root) if not is_fact_key(el.get(FACT, ""))])
    for el in facts_in(root):
        _empty(el)
    for el in reversed(facts_in(root)):
        _settle(el)


def _replace_mark(el: Element) -> None:
    match = _MARK.fullmatch(text_in(el))
    has_more = next(el.iter("code", "img", "hr", "aside"), None) is not None
    if match is None or len(match[1]) > MAX_FACT_KEY_LENGTH or has_more:
        return
    take_apart(el)
    if el.tag == "p":
        el.tag = "aside"
        el.set(FACT, match[1].lower())
    else:
        fill(el, [new("aside", attributes={FACT: match[1].lower()})])


def _forget(facts: list[Element]) -> None:
    for el in facts:
        del el.attrib[FACT]


def _empty(el: Element) -> None:
    """Move what stands in a fact card behind it: an unclosed one holds the rest of the text."""
    nodes = take_apart(el)
    if not all(is_blank(node) for node in nodes):
        _put_behind(el, new("div", nodes))


def _settle(el: Element) -> None:
    """Move a fact card behind the line, the rows or the table in a table that it stands in."""
    place = el
    for outer in el.iterancestors(*LINES, "table"):
        if outer.tag != "table" or next(outer.iterancestors("table"), None) is not None:
            place = outer
    if place is not el:
        # The words before and behind it do not grow together.
        el.tail = " " + (el.tail or "")
    while parent_of(place).tag in _NO_HOME:
        place = parent_of(place)
    if place is not el:
        remove(el)
        _put_behind(place, el)


def _put_behind(place: Element, el: Element) -> None:
    el.tail, place.tail = place.tail, None
    place.addnext(el)
