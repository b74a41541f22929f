"""Cut a cleaned article at its headings, and dress it for the page."""

from collections.abc import Callable
from dataclasses import dataclass

from breakthru.lib.richtext.anchors import heading_text, plain_label
from breakthru.lib.richtext.cleaning import Heading
from breakthru.lib.richtext.fact_blocks import facts_in
from breakthru.lib.richtext.profiles import FACT
from breakthru.lib.richtext.tree import Element, fill, new, read, text_in, wrap, write


@dataclass(frozen=True)
class Section:
    """What one heading opens, heading included; id "" and level 0 for what stands before the first heading.

    The footnotes of the whole text form a last section of their own (id "footnotes", level 0).
    """

    id: str
    level: int
    title: str
    html: str


def sections(html: str) -> tuple[Section, ...]:
    """Cut cleaned HTML at each h2 and h3; the pieces joined give the whole again."""
    found: list[Section] = []
    head, part = Heading(0, "", ""), new("root")
    root = read(html)
    part.text = root.text
    for el in list(root):
        opened = _opens(el)
        if opened is not None:
            _close(found, head, part)
            head, part = opened, new("root")
        fill(part, [el])
    _close(found, head, part)
    return tuple(found)


def _opens(el: Element) -> Heading | None:
    if el.tag in {"h2", "h3"}:
        return Heading(int(str(el.tag)[1]), el.get("id", ""), heading_text(el))
    return Heading(0, "footnotes", "Footnotes") if el.tag == "section" else None


def _close(found: list[Section], head: Heading, part: Element) -> None:
    html = canonical(part)
    if html:
        found.append(Section(head.id, head.level, head.text, html))


def canonical(root: Element) -> str:
    """Write a tree as the sanitizer writes it: no-break spaces as entities, quotes in text as they are."""
    return write(root).replace("\xa0", "&nbsp;")


def decorate(
    html: str, section_link: Callable[[Heading], str], fact: Callable[[str], str] | None = None
) -> str:
    """Return cleaned HTML dressed for the page; what is stored stays undressed.

    Each h2 and h3 gets its "#" link and, behind it, the markup that `section_link` gives (trusted: the
    caller has escaped it); each table a region that scrolls sideways; pictures load when they come near.
    A callout becomes a note: as an `aside` it would be a landmark, and several share one name ("Tip").
    Each fact card is replaced by the markup that `fact` gives for its key (trusted likewise); without
    `fact` the cards are left out.
    """
    root = read(html)
    after: dict[Element, str] = {}
    nearest = ""
    for el in list(root.iter("h2", "h3", "table", "img", "aside")):
        if el.tag == "table":
            _wrap_table(el, nearest)
        elif el.tag == "aside":
            el.set("role", "note")
        elif el.tag == "img":
            el.set("loading", "lazy")
            el.set("decoding", "async")
        else:
            heading = Heading(int(str(el.tag)[1]), el.get("id", ""), heading_text(el))
            nearest = heading.text
            after[el] = section_link(heading)
            label = f"Link to: {heading.text}"
            link = new("a", ["#"], {"class": "anchor", "href": f"#{heading.id}", "aria-label": label})
            fill(el, [link])
    cards = {el: fact(el.get(FACT, "")) if fact else "" for el in facts_in(root)}
    return write(root, after, cards)


def _wrap_table(table: Element, nearest: str) -> None:
    caption = table.find("caption")
    name = plain_label(text_in(caption) if caption is not None else nearest)
    # A caption may say so itself.
    name = name.removeprefix("Table:").strip()
    label = f"Table: {name}" if name else "Table"
    wrap(table, "div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": label})
