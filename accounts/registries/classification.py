"""Whether each column of each table has its rule for export and erasure (breakthru.checks)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, ManyToManyField, Model

from accounts.registries.personal_data import OnErase, Table


def faults_of(models: Iterable[type[Model]], tables: Iterable[Table]) -> list[str]:
    """Return what is wrong or missing in the rules of `models`, in words that begin with the place."""
    rules = {table.model: table for table in tables}
    by_label = {model._meta.label_lower: model for model in models}
    found = [f"{label}: no rules" for label in by_label.keys() - rules.keys()]
    found += [f"{label}: rules for a model that does not exist" for label in rules.keys() - by_label.keys()]
    titles: dict[str, str] = {}
    for label in sorted(by_label.keys() & rules.keys()):
        table, model = rules[label], by_label[label]
        for check in (_columns, _people, _erasure, _export):
            found += [f"{label}{fault}" for fault in check(model, table)]
        if table.title in titles:
            found.append(f"{label}: the same title as {titles[table.title]}")
        if table.title:
            titles[table.title] = label
    return sorted(found)


def named_in(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    """Return every column and many-to-many field of a model by name: what needs a rule."""
    return {part.name: part for part in (*model._meta.concrete_fields, *model._meta.many_to_many)}


def _columns(model: type[Model], table: Table) -> Iterator[str]:
    names = [*table.exported, *table.left_out]
    there = named_in(model).keys()
    yield from (f".{name}: no rule" for name in there - set(names))
    yield from (f".{name}: a rule for a field that does not exist" for name in set(names) - there)
    yield from (f".{name}: two rules" for name in there if names.count(name) > 1)
    yield from (f".{name}: left out for no reason" for name, reason in table.left_out.items() if not reason)


def _people(model: type[Model], table: Table) -> Iterator[str]:
    is_personal = table.on_erase != OnErase.NOT_PERSONAL
    if is_personal and bool(table.owner) == bool(table.rows_of):
        yield ": needs either an owner or rows_of"
    if not is_personal and (table.owner or table.rows_of or table.exported):
        yield ": about nobody, yet with an owner or an export"
    if table.owner and not _leads_to_a_person(model, table.owner):
        yield f": the owner {table.owner} is no path to a person"
    for name, part in named_in(model).items():
        names_one = isinstance(part, ForeignKey) and _is_person(part.related_model)
        if names_one and name != table.owner and name not in table.others:
            yield f".{name}: names a person, and nothing says what becomes of it"
    for name, standing in table.others.items():
        if not _leads_to_a_person(model, name) or not standing.why:
            yield f".{name}: no column that names a person, or no reason"


def _erasure(model: type[Model], table: Table) -> Iterator[str]:
    is_kept = table.on_erase == OnErase.KEEP
    if table.blanked and not is_kept:
        yield ": blanks what does not stay"
    if is_kept != bool(table.why):
        yield ": rows that stay need a reason, others none"
    columns = {part.name for part in model._meta.concrete_fields}
    yield from (f".{name}: blanks no column" for name in table.blanked.keys() - columns)


def _export(model: type[Model], table: Table) -> Iterator[str]:
    if bool(table.exported) != bool(table.title):
        yield ": an export needs a title, and a title an export"
    there = named_in(model)
    relations = {name for name in table.exported if name in there and there[name].is_relation}
    yield from (f".{name}: exported without a label" for name in relations - table.labels.keys())
    for name, label in table.labels.items():
        if name not in relations or _column_at(model, f"{name}__{label}") is None:
            yield f".{name}: labels no exported relation, or by no column"
    extra = (table.shown.keys() | table.called.keys()) - set(table.exported)
    yield from (f".{name}: shown or called, yet not exported" for name in extra)


def _leads_to_a_person(model: type[Model], path: str) -> bool:
    found = _column_at(model, path)
    if isinstance(found, ForeignKey):
        return _is_person(found.related_model)
    return found is not None and found.primary_key and _is_person(found.model)


def _is_person(model: type[Model]) -> bool:
    return bool(model._meta.label == settings.AUTH_USER_MODEL)


def _column_at(model: type[Model], path: str) -> "Field[Any, Any] | None":
    """Return the column at the end of a path from `model`, None when the path leads nowhere."""
    first, _, rest = path.partition("__")
    try:
        found = model._meta.get_field(first)
    except FieldDoesNotExist:
        return None
    if not isinstance(found, Field):
        return None
    if not rest:
        return found
    return _column_at(found.related_model, rest) if isinstance(found, ForeignKey | ManyToManyField) else None
