"""Erase a person: what is theirs goes, what they posted stays as a former member's."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import CharField, ForeignKey, QuerySet
from django.db.models.functions import Cast

from accounts.models import User
from accounts.registries.personal_data import OnErase, Table, tables
from accounts.services.exporting import delete_export_files
from accounts.services.personal_rows import model_of, own_rows

_PERSON = "accounts.user"
# So many rows in one statement, which then stays far below any statement_timeout.
BATCH = 1000
# Whoever else is at a row of theirs, staff or a mail on its way, may wait for the person in turn: long before
# the database ends somebody's request to part the two, this gives way, and is tried again later.
LONGEST_WAIT_MS = 200


@transaction.atomic
def erase_rows(*, person: User, now: datetime) -> None:
    """Erase all that is the person's own, by the rules of every table; a second time changes nothing.

    What remains of `person` is a "former member", without address, name, age or a way to sign in. Raises
    OperationalError while somebody else holds one of the rows.
    """
    locked = User.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        return
    former = _erase_around(person.pk)
    User.objects.filter(pk=person.pk).update(**former.blanked, erased_at=now)
    person.refresh_from_db()


@transaction.atomic
def erase_late_rows(*, person_id: int) -> None:
    """Erase what requests that were under way wrote about somebody just when they were erased.

    Raises OperationalError while somebody else holds one of the rows.
    """
    if User.objects.select_for_update().filter(pk=person_id, erased_at__isnull=False).exists():
        _erase_around(person_id)


def _erase_around(person: int) -> Table:
    """Erase all rows of the person with that id but the person's own; return the rules of that one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(LONGEST_WAIT_MS)])
    delete_export_files(person=person)
    rules = {table.model: table for table in tables()}
    former = rules.pop(_PERSON)
    _forget_in_staff_log([former, *rules.values()], person)
    for table in rules.values():
        _blank(table, person)
    for table in rules.values():
        for name, standing in table.others.items():
            if standing.on_erase == OnErase.DELETE:
                _delete(model_of(table=table)._base_manager.filter(**{name: person}))
    for table in _in_order(rules):
        _delete(own_rows(table=table, person=person))
    return former


def _forget_in_staff_log(rules: Iterable[Table], person: int) -> None:
    """Blank what the log of the staff pages calls rows that go, or whose words go: it keeps their names."""
    logged = set(LogEntry.objects.order_by().values_list("content_type", flat=True).distinct())
    for table in rules:
        if table.on_erase == OnErase.NOT_PERSONAL:
            continue
        kind = ContentType.objects.get_for_model(model_of(table=table))
        if kind.pk in logged:
            keys = own_rows(table=table, person=person).values(key=Cast("pk", CharField()))
            about = LogEntry.objects.filter(content_type=kind, object_id__in=keys)
            about.update(object_repr="", change_message="")


def _blank(table: Table, person: int) -> None:
    if table.blanked:
        for part in _parts(own_rows(table=table, person=person)):
            part.update(**table.blanked)


def _delete(rows: QuerySet[Any]) -> None:
    for part in _parts(rows):
        part.delete()


def _parts(rows: QuerySet[Any]) -> Iterator[QuerySet[Any]]:
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield rows.model._base_manager.filter(pk__in=keys[start : start + BATCH])


def _in_order(rules: dict[str, Table]) -> list[Table]:
    """Return the tables whose rows go: what is found through other tables first, what others name last."""
    going = {label: table for label, table in rules.items() if table.on_erase == OnErase.DELETE}
    graph: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(going, ()))
    for label, table in going.items():
        for column in model_of(table=table)._meta.concrete_fields:
            named = column.related_model._meta.label_lower if isinstance(column, ForeignKey) else ""
            if named in going and named != label:
                graph.add(named, label)
    in_order = [going[label] for label in graph.static_order()]
    return sorted(in_order, key=lambda table: table.rows_of is None)
