"""What can be reported, and what other apps do at once when two people must be kept apart."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reported:
    """Something that somebody reports, as the reporter sees it."""

    # What the case keeps: a key that says nothing about anybody.
    id: str
    # A few public words, such as a title, for the form.
    words: str
    # Its page; "" where it has none.
    path: str
    # The id of whom it is about, None for nobody.
    about: int | None


@dataclass(frozen=True)
class Reportable:
    """One kind of thing that can be reported."""

    # In the address of the form and on the case: "question", "answer", "mentor", …
    kind: str
    # In sentences: "this question".
    label: str
    # What the person with that id sees under an id, which may be anything that stands in an address; None
    # when there is no such thing for them.
    find: Callable[[str, int], Reported | None]
    # Its staff page, by the id that the case keeps.
    staff_path: Callable[[str], str]


_reportables: dict[str, Reportable] = {}


def register_reportable(reportable: Reportable) -> None:
    """Let people report things of this kind."""
    _reportables[reportable.kind] = reportable


def reportable_of(kind: str) -> Reportable | None:
    """Return what is registered under `kind`, or None."""
    return _reportables.get(kind)


def row_id(target: str) -> int:
    """Return the number of a row that an address names; 0, which no row has, for what is no number."""
    return int(target) if target.isdecimal() and len(target) <= 18 else 0


# Called with the ids of who acts (reports, blocks) and of the other.
Apart = Callable[[int, int], None]
_freezes: list[Apart] = []
_partings: list[Apart] = []


def register_freeze(freeze: Apart) -> None:
    """Have `freeze` stop the messages of two people, in the transaction of a serious report."""
    _freezes.append(freeze)


def freeze_between(one: int, other: int) -> None:
    """Stop at once what the two can send each other."""
    for freeze in _freezes:
        freeze(one, other)


def register_parting(part: Apart) -> None:
    """Have `part` end or hold what two people share, in the transaction of a block."""
    _partings.append(part)


def part_people(one: int, other: int) -> None:
    """Let every part know that the first has blocked the second."""
    for part in _partings:
        part(one, other)
