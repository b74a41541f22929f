"""Footnotes and callouts: one markup, whichever kind of document they come from."""

import re

from breakthru.lib.richtext.tree import (
    Element,
    append_text,
    new,
    parent_of,
    remove,
    take_apart,
    text_in,
    unwrap,
)

# Class and label of each callout; the names are paragraph styles in Word and [!NAME] in Markdown.
CALLOUTS = {
    "callout": ("note", "Note"),
    "note": ("note", "Note"),
    "important": ("note", "Important"),
    "guidance": ("note ok", "Guidance"),
    "tip": ("note ok", "Tip"),
    "my story": ("note warn", "My story"),
    "story": ("note warn", "My story"),
    "warning": ("note warn", "Warning"),
    "caution": ("note warn", "Warning"),
}
_MARK = re.compile(r"\s*\[!([A-Za-z][A-Za-z _-]{0,20})\]\s*")


def gather_footnotes(root: Element) -> None:
    """Number the notes by first reference and move them into one section at the end; in place.

    A note is a list item with an id that a raised link leads to; that holds for mammoth's footnotes and
    endnotes, for Markdown's, and for those of most HTML.
    """
    items = {name: el for el in root.iter("li") if (name := el.get("id", ""))}
    references: dict[str, list[Element]] = {}
    for el in root.iter("a"):
        target = el.get("href", "")[1:]
        if target in items and el.get("href", "").startswith("#") and parent_of(el).tag == "sup":
            references.setdefault(target, []).append(el)
    if not references:
        return
    notes = new("ol")
    for number, (target, links) in enumerate(references.items(), start=1):
        _take_note(items[target], links, number)
        notes.append(items[target])
    root.append(new("section", [notes], {"class": "footnotes", "aria-label": "Footnotes"}))
    numbers = {f"#{target}": f"#fn-{number}" for number, target in enumerate(references, start=1)}
    for el in root.iter("a"):
        if el.get("href", "") in numbers:
            el.set("href", numbers[el.get("href", "")])


def _take_note(item: Element, links: list[Element], number: int) -> None:
    """Take the note out of its list, name it and its references, and lead back from it to them."""
    back = {f"#{link.get('id', '')}" for link in links}
    for el in list(item.iter("a")):
        if el.get("href") in back:
            remove(el)
    _detach(item)
    item.set("id", f"fn-{number}")
    if len(item) == 1 and item[0].tag == "p":
        unwrap(item[0])
    home = item[-1] if len(item) and item[-1].tag == "p" else item
    if len(home):
        home[-1].tail = (home[-1].tail or "").rstrip()
    else:
        home.text = (home.text or "").rstrip()
    for place, link in enumerate(links, start=1):
        name = f"{number}" if place == 1 else f"{number}-{place}"
        take_apart(link)
        link.text = str(number)
        link.set("id", f"fnref-{name}")
        append_text(home, " ")
        home.append(new("a", ["↩"], {"href": f"#fnref-{name}", "aria-label": f"Back to reference {name}"}))


def _detach(item: Element) -> None:
    outer = parent_of(item)
    remove(item)
    item.tail = None
    # The list that held the notes, and a section around it, go when their last note has left.
    while outer.tag in {"ol", "ul", "section", "div"} and not text_in(outer):
        empty, outer = outer, parent_of(outer)
        remove(empty)


def mark_callouts(root: Element) -> None:
    """Turn quotes that begin with [!NOTE] and the like, and Word's callout styles, into asides; in place."""
    for el in list(root.iter("blockquote")):
        first = next(iter(el), None)
        match = _MARK.match(first.text or "") if first is not None and first.tag == "p" else None
        kind = CALLOUTS.get(re.sub(r"[-_]", " ", match[1].lower())) if match else None
        if first is not None and match and kind:
            first.text = (first.text or "")[match.end() :]
            _make_aside(el, kind)
    for el in list(root.iter("aside")):
        kind = CALLOUTS.get(el.get("class", "").removeprefix("bt-").replace("-", " "))
        if kind:
            _make_aside(el, kind)


def _make_aside(el: Element, kind: tuple[str, str]) -> None:
    el.tag = "aside"
    el.set("class", kind[0])
    el.set("aria-label", kind[1])
