"""Load the fixed vocabulary of experiences, all or nothing."""

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Experience, ExperienceGroup

DATA = Path(__file__).resolve().parent.parent / "data"
GROUP_COLUMNS = ["group", "group_label", "why_we_ask", "asked_in", "applies_to", "facet"]
TERM_COLUMNS = [
    "group", "group_label", "key", "label", "help", "kind", "learner_privacy", "mentor_privacy",
    "mentor_opt_in", "weight", "identity", "order",
]  # fmt: skip
YES_NO = {"yes": True, "no": False}
# As the constraint experience_weight_up_to_ten says, but with file and line.
HEAVIEST = 10


class VocabularyError(ValueError):
    """The files are not what they should be; the text names file, line and fault."""


@dataclass(frozen=True)
class VocabularyChange:
    """How many groups and terms the files hold, and what became of the terms."""

    groups: int
    terms: int
    added: int
    changed: int
    retired: int


def _rows(path: Path, columns: list[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            found, rows = reader.fieldnames, list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path.name} can't be read: {error}"
        raise VocabularyError(message) from error
    if found != columns:
        message = f"{path.name}: expected the columns {', '.join(columns)}"
        raise VocabularyError(message)
    return rows


def _group(row: dict[str, str], order: int) -> ExperienceGroup:
    return ExperienceGroup(
        key=row["group"],
        label=row["group_label"],
        why_we_ask=row["why_we_ask"],
        asked_in=row["asked_in"],
        applies_to=row["applies_to"],
        is_facet=YES_NO[row["facet"]],
        order=order,
    )


def _term(row: dict[str, str]) -> Experience:
    if int(row["weight"]) > HEAVIEST:
        message = f"weight {row['weight']} is more than {HEAVIEST}"
        raise ValueError(message)
    return Experience(
        group_id=row["group"],
        key=row["key"],
        label=row["label"],
        help=row["help"],
        kind=row["kind"],
        learner_privacy=row["learner_privacy"],
        mentor_privacy=row["mentor_privacy"],
        mentor_opts_in=YES_NO[row["mentor_opt_in"]],
        weight=int(row["weight"]),
        is_identity=YES_NO[row["identity"]],
        order=int(row["order"]),
    )


def _read(path: Path, columns: list[str], kind: str) -> list[ExperienceGroup | Experience]:
    made: list[ExperienceGroup | Experience] = []
    # Line 1 is the header.
    for line, row in enumerate(_rows(path, columns), start=2):
        try:
            item = _group(row, line) if kind == "group" else _term(row)
            item.clean_fields(exclude=["group"])
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            message = f"{path.name}, line {line}: {error}"
            raise VocabularyError(message) from error
        made.append(item)
    return made


def read_vocabulary(folder: Path) -> tuple[list[ExperienceGroup], list[Experience]]:
    """Read and check both files without writing; raises VocabularyError with file and line."""
    groups = [
        g
        for g in _read(folder / "vocabulary-groups.csv", GROUP_COLUMNS, "group")
        if isinstance(g, ExperienceGroup)
    ]
    terms = [t for t in _read(folder / "vocabulary.csv", TERM_COLUMNS, "term") if isinstance(t, Experience)]
    known = _different(groups)
    seen: set[tuple[str, str]] = set()
    for line, term in enumerate(terms, start=2):
        identity = (term.group_id, term.key)
        if term.group_id not in known or identity in seen:
            fault = "twice" if identity in seen else "of an unknown group"
            message = f"vocabulary.csv, line {line}: {term.group_id}/{term.key} stands {fault}"
            raise VocabularyError(message)
        seen.add(identity)
    return groups, terms


def _different(groups: list[ExperienceGroup]) -> set[str]:
    known: set[str] = set()
    for line, group in enumerate(groups, start=2):
        if group.key in known:
            message = f"vocabulary-groups.csv, line {line}: {group.key} stands twice"
            raise VocabularyError(message)
        known.add(group.key)
    return known


@transaction.atomic
def load_vocabulary(*, folder: Path = DATA, now: datetime) -> VocabularyChange:
    """Make the tables equal to the files. A term that left them is retired, never deleted: people hold it."""
    groups, terms = read_vocabulary(folder)
    ExperienceGroup.objects.bulk_create(
        groups,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["label", "why_we_ask", "asked_in", "applies_to", "is_facet", "order"],
    )
    stored = {(term.group_id, term.key): term for term in Experience.objects.all()}
    added = [term for term in terms if (term.group_id, term.key) not in stored]
    changed = [
        after
        for after in (
            _updated(stored[term.group_id, term.key], term)
            for term in terms
            if (term.group_id, term.key) in stored
        )
        if after is not None
    ]
    Experience.objects.bulk_create(added)
    Experience.objects.bulk_update(changed, [*FIELDS, "retired_at"])
    keep = {(term.group_id, term.key) for term in terms}
    gone = [term.pk for identity, term in stored.items() if identity not in keep]
    retired = Experience.objects.in_use().filter(pk__in=gone).update(retired_at=now)
    return VocabularyChange(len(groups), len(terms), len(added), len(changed), retired)


FIELDS = (
    "label", "help", "kind", "learner_privacy", "mentor_privacy", "mentor_opts_in", "weight", "is_identity",
    "order",
)  # fmt: skip


def _updated(stored: Experience, wanted: Experience) -> Experience | None:
    before = [getattr(stored, field) for field in FIELDS]
    after = [getattr(wanted, field) for field in FIELDS]
    if before == after and stored.retired_at is None:
        return None
    for field, value in zip(FIELDS, after, strict=True):
        setattr(stored, field, value)
    stored.retired_at = None
    return stored
