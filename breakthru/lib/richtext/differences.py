"""What changed between two cleaned texts, block by block, for two columns side by side."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from breakthru.lib.richtext.alignment import Budget, Pair, alike_pairs, equal_pairs
from breakthru.lib.richtext.profiles import FACT
from breakthru.lib.richtext.sections import canonical
from breakthru.lib.richtext.tree import Element, Node, fill, new, read, take_apart

Kind = Literal["same", "changed", "added", "removed"]
_Tag = Literal["del", "ins"]

# Words, and the punctuation around them apart; what holds letters, signs and emoji together stays whole.
_PUNCTUATION = r".,;:!?()\[\]\"“”„«»…"
_WORD = re.compile(rf"[{_PUNCTUATION}]+|[^\s{_PUNCTUATION}]+")
_PIECE = re.compile(rf"\s+|{_WORD.pattern}")
# What shows something and holds no words.
_SHOWN = frozenset({"img", "hr"})
# A word counts as changed where its tag or one of these does. Ids do not: they are addresses, not words.
_TELLING = ("href", "src", "alt", "title", "class")


@dataclass(frozen=True)
class Row:
    """Safe HTML of one block in the old and in the new text; empty where that text has none.

    What is gone stands in <del> on the left, what is new in <ins> on the right. Ids are left out, so that
    both columns fit on one page; a fact card is shown as `{{fact: key}}`.
    """

    kind: Kind
    left: str
    right: str


@dataclass(frozen=True)
class Gap:
    """A run of `count` rows that are the same on both sides and not shown."""

    count: int


@dataclass(frozen=True)
class _Block:
    element: Element
    html: str


def compare(old: str, new: str) -> tuple[Row, ...]:
    """Return the rows of two cleaned texts, in order: equal blocks beside each other, edited ones marked.

    A block that moved is told as removed at one place and added at the other. Work is bounded: beyond a
    budget of steps, which no text written by hand comes near, blocks and words count as replaced.
    """
    budget = Budget()
    left, right = _blocks(old), _blocks(new)
    rows: list[Row] = []
    a = b = 0
    pairs = equal_pairs([block.html for block in left], [block.html for block in right], budget)
    for a_end, b_end in pairs:
        rows += _replaced(left[a:a_end], right[b:b_end], budget)
        rows.append(Row("same", left[a_end].html, right[b_end].html))
        a, b = a_end + 1, b_end + 1
    return (*rows, *_replaced(left[a:], right[b:], budget))


def folded(rows: Iterable[Row], context: int = 2) -> tuple[Row | Gap, ...]:
    """Return `rows` with a Gap for each run of equal ones, but for `context` rows around each change."""
    rows = tuple(rows)
    changed = [place for place, row in enumerate(rows) if row.kind != "same"]
    near = {at for place in changed for at in range(place - context, place + context + 1)}
    shown: list[Row | Gap] = []
    hidden: list[Row] = []
    for place, row in enumerate(rows):
        if place not in near:
            hidden.append(row)
            continue
        shown += _fold(hidden)
        shown.append(row)
        hidden = []
    return (*shown, *_fold(hidden))


def _fold(hidden: list[Row]) -> Sequence[Row | Gap]:
    # A single row is as short as the line that would stand for it.
    return [Gap(len(hidden))] if len(hidden) > 1 else hidden


def _blocks(html: str) -> list[_Block]:
    root = read(html)
    for el in root.iter():
        el.attrib.pop("id", "")
        if el.get(FACT) is not None:
            fill(el, [f"{{{{fact: {el.attrib.pop(FACT)!s}}}}}"])
            el.tag = "p"
    return [_Block(el, _html(el)) for el in root]


def _html(node: Node) -> str:
    return canonical(new("root", [node]))


def _replaced(left: list[_Block], right: list[_Block], budget: Budget) -> Iterator[Row]:
    """Yield the rows of a stretch without equal blocks."""
    old, new = ([list(_words(block.element)) for block in blocks] for blocks in (left, right))
    a = b = 0
    for a_end, b_end in [*_edited(old, new, budget), (len(left), len(right))]:
        yield from (Row("removed", _all(block, "del"), "") for block in left[a:a_end])
        yield from (Row("added", "", _all(block, "ins")) for block in right[b:b_end])
        if a_end < len(left):
            yield _changed(left[a_end], right[b_end], budget)
        a, b = a_end + 1, b_end + 1


def _edited(old: list[list[str]], new: list[list[str]], budget: Budget) -> list[Pair]:
    return alike_pairs(old, new, budget) if old and new else []


def _changed(left: _Block, right: _Block, budget: Budget) -> Row:
    old, new = list(_keys(left.element)), list(_keys(right.element))
    pairs = equal_pairs(old, new, budget)
    kept = {a for a, _ in pairs}, {b for _, b in pairs}
    gone, come = (
        iter([place not in places for place in range(len(keys))])
        for keys, places in zip((old, new), kept, strict=True)
    )
    return Row("changed", _html(_mark(left.element, "del", gone)), _html(_mark(right.element, "ins", come)))


def _all(block: _Block, tag: _Tag) -> str:
    return _html(_mark(block.element, tag, iter([True] * sum(1 for _ in _keys(block.element)))))


def _words(el: Element) -> Iterator[str]:
    """Yield the words of a block, and of what it shows without words where that comes from."""
    return (key.rpartition(" ")[2] for key in _keys(el))


def _keys(el: Element, path: str = "") -> Iterator[str]:
    """Yield each word of a block behind the tags around it: the same word as a link is another one."""
    telling = "".join(f"[{name}={value}]" for name in _TELLING if (value := el.get(name)))
    path = f"{path}>{el.tag}{telling}"
    if el.tag in _SHOWN:
        yield path
    yield from (f"{path} {word}" for word in _WORD.findall(el.text or ""))
    for child in el:
        yield from _keys(child, path)
        yield from (f"{path} {word}" for word in _WORD.findall(child.tail or ""))


def _mark(el: Element, tag: _Tag, changed: Iterator[bool]) -> Node:
    """Put `tag` around what `changed` names, which goes along with `_keys`; return what takes el's place."""
    if el.tag in _SHOWN:
        return new(tag, [el]) if next(changed) else el
    nodes: list[Node] = []
    for node in take_apart(el):
        nodes += _marked(node, tag, changed) if isinstance(node, str) else [_mark(node, tag, changed)]
    return fill(el, nodes)


def _marked(text: str, tag: _Tag, changed: Iterator[bool]) -> list[Node]:
    """Return `text` with `tag` around each run of changed words; spaces at its ends stay outside."""
    runs: list[tuple[bool, list[str]]] = [(False, [])]
    space = ""
    for piece in _PIECE.findall(text):
        if piece.isspace():
            space = piece
            continue
        is_changed = next(changed)
        if is_changed == runs[-1][0]:
            runs[-1][1].extend((space, piece))
        elif is_changed:
            runs[-1][1].append(space)
            runs.append((True, [piece]))
        else:
            runs.append((False, [space, piece]))
        space = ""
    runs.append((False, [space]))
    return [new(tag, ["".join(run)]) if is_changed else "".join(run) for is_changed, run in runs]
