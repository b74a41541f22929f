"""Lists of a Word document: a flat run of numbered paragraphs becomes lists nested as Word shows them."""

import re
from dataclasses import dataclass

from breakthru.lib.richtext.tree import Element, fill, new, parent_of, remove, take_apart, unwrap

_ITEM = re.compile(r"bt-item-([uo])-([1-9])")
# Set by word.py: which of the document's numberings a paragraph belongs to.
LIST_MARK = "bt-list-"


@dataclass
class _Open:
    """A list that can take more items."""

    level: int
    tag: str
    numbering: str
    element: Element


@dataclass(frozen=True)
class _Item:
    level: int
    tag: str
    numbering: str


def nest_lists(root: Element) -> None:
    """Replace paragraphs of class bt-item-<u|o>-<level> by lists; in place."""
    homes = {parent_of(el): None for el in root.iter("p") if _ITEM.fullmatch(el.get("class", ""))}
    counts: dict[tuple[str, int], int] = {}
    for home in homes:
        _nest(home, counts)


def _nest(home: Element, counts: dict[tuple[str, int], int]) -> None:
    stack: list[_Open] = []
    elements = [(el, _item_of(el)) for el in home]
    behind = [item for _, item in elements[1:]]
    for (el, item), following in zip(elements, [*behind, None], strict=True):
        if item is None:
            if stack and el.get("class", "").startswith("bt-continue-"):
                _continue(stack, el)
            elif stack and el.tag == "table" and following is not None and _goes_on(counts, following):
                _take_in(stack, el)
            else:
                stack.clear()
            continue
        _close(stack, item)
        _count(counts, item)
        if not stack or stack[-1].level < item.level:
            stack.append(_Open(item.level, item.tag, item.numbering, _start(stack, el, item, counts)))
        stack[-1].element.append(new("li", take_apart(el)))
        remove(el)


def _item_of(el: Element) -> _Item | None:
    match = _ITEM.fullmatch(el.get("class", "")) if el.tag == "p" else None
    if match is None:
        return None
    numbering = ""
    for mark in list(el.iter("a")):
        if mark.get("id", "").startswith(LIST_MARK):
            numbering = mark.get("id", "").removeprefix(LIST_MARK)
            unwrap(mark)
    return _Item(int(match[2]), "ul" if match[1] == "u" else "ol", numbering)


def _close(stack: list[_Open], item: _Item) -> None:
    """Close the lists that `item` does not belong to: deeper ones, and another list of the same depth."""
    while stack and stack[-1].level > item.level:
        stack.pop()
    if stack and stack[-1].level == item.level:
        top = stack[-1]
        if top.tag != item.tag or (top.numbering and item.numbering and top.numbering != item.numbering):
            stack.pop()


def _count(counts: dict[tuple[str, int], int], item: _Item) -> None:
    counts[item.numbering, item.level] = counts.get((item.numbering, item.level), 0) + 1
    for numbering, level in list(counts):
        if numbering == item.numbering and level > item.level:
            del counts[numbering, level]


def _start(stack: list[_Open], el: Element, item: _Item, counts: dict[tuple[str, int], int]) -> Element:
    """Open a list: inside the last item of the list around it, or where the paragraph stands."""
    number = counts[item.numbering, item.level]
    goes_on = item.tag == "ol" and item.numbering and number > 1
    opened = new(item.tag, attributes={"start": str(number)} if goes_on else {})
    if stack:
        stack[-1].element[-1].append(opened)
    else:
        el.addprevious(opened)
    return opened


def _goes_on(counts: dict[tuple[str, int], int], item: _Item) -> bool:
    """Say whether `item` cannot be the first of a list: it is deeper, or its number follows another."""
    return item.level > 1 or (item.tag == "ol" and bool(item.numbering) and (item.numbering, 1) in counts)


def _take_in(stack: list[_Open], table: Element) -> None:
    """A table between two items of one list stands in the first of them."""
    remove(table)
    table.tail = None
    stack[-1].element[-1].append(table)


def _continue(stack: list[_Open], el: Element) -> None:
    """A further paragraph of an item; Word's "List Continue 2" means the item of the second level."""
    depth = int(el.get("class", "").rsplit("-", 1)[1])
    within = stack if depth == 1 else [one for one in stack if one.level <= depth]
    home = within[-1] if within else stack[0]
    paragraph = new("p", take_apart(el))
    remove(el)
    fill(home.element[-1], [paragraph])
