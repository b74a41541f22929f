"""Load the fixed vocabulary of experiences, all or nothing."""

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Experience, ExperienceGroup, PersonExperience

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
    """Make the tables equal to the files. A term that left them is retired, never deleted: people hold it.

    What staff added stays theirs, and of what staff changed the words, the place and the retirement stay;
    classes and kinds always follow the files, and an answer whose term became sensitive is forgotten.
    """
    groups, terms = read_vocabulary(folder)
    _load_groups(groups)
    stored = {(term.group_id, term.key): term for term in Experience.objects.select_for_update()}
    added = [term for term in terms if (term.group_id, term.key) not in stored]
    known = [(stored[term.group_id, term.key], term) for term in terms if (term.group_id, term.key) in stored]
    changed = [before for before, after in known if _update(before, after)]
    Experience.objects.bulk_create(added)
    Experience.objects.bulk_update(changed, [*FIELDS, "retired_at", "is_staff_made"])
    keep = {(term.group_id, term.key) for term in terms}
    gone = [term.pk for identity, term in stored.items() if identity not in keep and not term.is_staff_made]
    retired = Experience.objects.in_use().filter(pk__in=gone).update(retired_at=now)
    PersonExperience.objects.exclude(experience__in=Experience.objects.kept_openly()).delete()
    return VocabularyChange(len(groups), len(terms), len(added), len(changed), retired)


WORDS = ("label", "help", "mentor_opts_in", "weight", "order")
FIXED = ("kind", "learner_privacy", "mentor_privacy", "is_identity")
FIELDS = (*WORDS, *FIXED)
GROUP_FIELDS = ["label", "why_we_ask", "asked_in", "applies_to", "is_facet", "order"]


def _load_groups(groups: list[ExperienceGroup]) -> None:
    touched = set(ExperienceGroup.objects.changed_by_staff().values_list("key", flat=True))
    ExperienceGroup.objects.bulk_create(
        [group for group in groups if group.key not in touched],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=GROUP_FIELDS,
    )


def _update(stored: Experience, wanted: Experience) -> bool:
    """Give `stored` what the files say and staff did not decide; say whether that changed it."""
    is_ours = stored.changed_by_staff_at is None
    fields = FIELDS if is_ours else FIXED
    before = [getattr(stored, field) for field in fields]
    after = [getattr(wanted, field) for field in fields]
    returns = is_ours and stored.retired_at is not None
    if before == after and not returns and not stored.is_staff_made:
        return False
    for field, value in zip(fields, after, strict=True):
        setattr(stored, field, value)
    if returns:
        stored.retired_at = None
    # A term that the files name now is theirs, whoever had it first.
    stored.is_staff_made = False
    return True
