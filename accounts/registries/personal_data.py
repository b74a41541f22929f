"""What each table holds about people, and what becomes of it: the rules for export and erasure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Q


class OnErase(Enum):
    """What becomes of a person's rows when the person is erased."""

    DELETE = "the rows go"
    KEEP = "the rows stay, without what is blanked"
    NOT_PERSONAL = "the rows are about nobody"


@dataclass(frozen=True)
class Standing:
    """A column that names a person whose row it is not: who gave, decided, wrote, was blocked.

    KEEP leaves the link, which then leads to a "former member"; `why` says what it is needed for.
    """

    on_erase: OnErase
    why: str


@dataclass(frozen=True)
class Table:
    """The rules of one model. Each column and many-to-many field is either `exported` or `left_out`."""

    # Label in lower case: "accounts.notification".
    model: str
    on_erase: OnErase
    # Path from a row to its person, such as "user" or "question__asker"; "" when the rows are about nobody.
    owner: str = ""
    # Where no path leads to the person: which rows are those of the person with that id.
    rows_of: Callable[[int], Q] | None = None
    # Heading in the export.
    title: str = ""
    exported: tuple[str, ...] = ()
    # Not in the export, with the reason: keys, hashes, what is about somebody else.
    left_out: Mapping[str, str] = field(default_factory=dict)
    # Exported relation → the column of the other table that stands for it: "article" → "title".
    labels: Mapping[str, str] = field(default_factory=dict)
    # How a value is shown in the export, where it is not itself: opened seals, words for marks.
    shown: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    # What a column is called in the export, where its own name says too little.
    called: Mapping[str, str] = field(default_factory=dict)
    # Why the rows stay (KEEP only).
    why: str = ""
    # On erasure (KEEP only): field → the value or expression that takes its place.
    blanked: Mapping[str, Any] = field(default_factory=dict)
    # Other columns that name a person, whoever's the rows are.
    others: Mapping[str, Standing] = field(default_factory=dict)


# Reasons that many tables share.
OURS = "a number of our own"
YOURS = "whose row it is"
NOBODY = "about nobody"


def about_nobody(model: str, fields: str, **others: Standing) -> Table:
    """Return the rules of a model whose rows are about no person; `fields` are names between spaces."""
    return Table(model, OnErase.NOT_PERSONAL, left_out=dict.fromkeys(fields.split(), NOBODY), others=others)


def kept(why: str) -> Standing:
    """Return the rule of a column that goes on naming a person, then as a former member."""
    return Standing(OnErase.KEEP, why)


def gone(why: str) -> Standing:
    """Return the rule of a column whose rows go with the person that it names."""
    return Standing(OnErase.DELETE, why)


_tables: dict[str, Table] = {}


def register_tables(rules: Iterable[Table]) -> None:
    """Keep the rules of some models; called in `AppConfig.ready` with those of the app's `privacy` module."""
    _tables.update((table.model, table) for table in rules)


def tables() -> tuple[Table, ...]:
    """Return the rules in the order of registration, which is the order of the export."""
    return tuple(_tables.values())


# Whether something must end before the person with that id is erased: words for the person, or "".
Hindrance = Callable[[int, datetime], str]
_hindrances: list[Hindrance] = []


def register_before_erase(hindrance: Hindrance) -> None:
    """Have `hindrance` bring what runs to its end, and say what is still in the way."""
    _hindrances.append(hindrance)


def hindrances(person: int, now: datetime) -> list[str]:
    """Return what must end before the person can be erased; asking starts its end."""
    return [words for hindrance in _hindrances if (words := hindrance(person, now))]
