"""Write one zip with all that is a person's own: as data, and as a page to read."""

import json
import secrets
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from functools import singledispatch
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib.postgres.expressions import ArraySubquery
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ManyToManyField, OuterRef, TextField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from accounts.models import User
from accounts.registries.personal_data import Table, tables
from accounts.services.personal_rows import model_of, own_rows
from breakthru.lib.zones import zone_or_default

# Rows in memory at a time, and in one table of the page.
CHUNK = 500
# From so many columns on, or with long words, each row is a list of its own.
_WIDE, _LONG = 6, 300
_NOTHING = "–"


@dataclass(frozen=True)
class _Column:
    """One exported column: what stands for it in a query, and how it is called."""

    field: "Field[Any, Any]"
    source: Any
    key: str
    heading: str


def write_export(*, target: IO[bytes], person: User, now: datetime) -> None:
    """Write the zip of `person` to `target`, with memory that does not grow with the number of rows."""
    with (
        timezone.override(zone_or_default(person.time_zone)),
        ZipFile(target, "w", ZIP_DEFLATED) as archive,
        TemporaryFile() as page,
    ):
        with archive.open("data.json", "w", force_zip64=True) as data:
            counts = _write_tables(data, page, person)
        start, end = _frame(person, counts, now)
        page.seek(0)
        with archive.open("index.html", "w", force_zip64=True) as index:
            index.write(start.encode())
            shutil.copyfileobj(page, index)
            index.write(end.encode())


def _write_tables(data: IO[bytes], page: IO[bytes], person: User) -> list[tuple[str, int]]:
    """Write every table to both; return titles and numbers of rows."""
    counts: list[tuple[str, int]] = []
    data.write(b"{")
    for table in tables():
        if table.exported:
            data.write(b",\n" if counts else b"\n")
            data.write(_json(table.title) + b": [")
            counts.append((table.title, _write_rows(table, data, page, person)))
            data.write(b"]")
    data.write(b"\n}\n")
    return counts


def _write_rows(table: Table, data: IO[bytes], page: IO[bytes], person: User) -> int:
    columns, count = _columns(table), 0
    rows = own_rows(table=table, person=person.pk).order_by("pk")
    found = rows.values_list(*[column.source for column in columns]).iterator(chunk_size=CHUNK)
    opened = (_opened(table, row) for row in found)
    while chunk := list(islice(opened, CHUNK)):
        for place, row in enumerate(chunk, count):
            data.write(b",\n" if place else b"\n")
            data.write(_json(dict(zip((column.key for column in columns), row, strict=True))))
        page.write(_table(table, columns, chunk, is_first=not count).encode())
        count += len(chunk)
    return count


def _columns(table: Table) -> list[_Column]:
    made = []
    for name in table.exported:
        field: Field[Any, Any] = model_of(table=table)._meta.get_field(name)  # type: ignore[assignment]
        called = table.called.get(name, "")
        label = table.labels.get(name, "")
        source: Any = f"{name}__{label}" if label else name
        if isinstance(field, ManyToManyField):
            # Any: the class of a link table has no name that a type could have.
            through: Any = field.remote_field.through
            rows = through._base_manager.filter(**{field.m2m_field_name(): OuterRef("pk")})
            target = f"{field.m2m_reverse_field_name()}__{label}"
            source = ArraySubquery(rows.order_by(target).values(target))
        heading = capfirst(called or str(field.verbose_name))
        made.append(_Column(field, source, (called or name).replace(" ", "_"), heading))
    return made


def _opened(table: Table, row: tuple[Any, ...]) -> list[Any]:
    pairs = zip(table.exported, row, strict=True)
    return [table.shown[name](value) if name in table.shown else value for name, value in pairs]


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def _table(table: Table, columns: list[_Column], rows: list[list[Any]], *, is_first: bool) -> str:
    fields = [column.field for column in columns]
    is_wide = len(columns) >= _WIDE or any(
        isinstance(field, TextField) or (getattr(field, "max_length", None) or 0) > _LONG for field in fields
    )
    words = [[_cell(field, value) for field, value in zip(fields, row, strict=True)] for row in rows]
    headings = [column.heading for column in columns]
    context = {
        "title": table.title,
        "is_first": is_first,
        "is_wide": is_wide,
        "headings": headings,
        "rows": [list(zip(headings, row, strict=True)) for row in words] if is_wide else words,
    }
    return render_to_string("exports/table.html", context)


def _cell(field: "Field[Any, Any]", value: Any) -> str:
    """Return a value as people read it, its label where it is one of a few choices."""
    return _words(dict(field.flatchoices).get(value, value) if field.flatchoices else value)


@singledispatch
def _words(value: Any) -> str:
    return str(value) or _NOTHING


@_words.register
def _(value: None) -> str:
    return _NOTHING


@_words.register
def _(value: bool) -> str:
    return "Yes" if value else "No"


@_words.register
def _(value: datetime) -> str:
    return date_format(timezone.localtime(value), "F j, Y, H:i")


@_words.register
def _(value: date) -> str:
    return date_format(value, "F j, Y")


@_words.register
def _(value: dict) -> str:  # type: ignore[type-arg]  # what JSON makes has no narrower type
    return ", ".join(f"{name}: {_words(part)}" for name, part in value.items()) or _NOTHING


@_words.register
def _(value: list) -> str:  # type: ignore[type-arg]
    return ", ".join(_words(part) for part in value) or _NOTHING


def _frame(person: User, counts: list[tuple[str, int]], now: datetime) -> tuple[str, str]:
    """Return what stands before and behind the tables of the page."""
    place = secrets.token_hex()
    context = {
        "person": person,
        "there": [title for title, count in counts if count],
        "empty": [title for title, count in counts if not count],
        "made_at": _words(now),
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "place": place,
    }
    start, _, end = render_to_string("exports/index.html", context).partition(place)
    return start, end
