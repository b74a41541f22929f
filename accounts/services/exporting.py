"""A copy of all that is somebody's own: asked for, made by a worker, there for a week."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse

from accounts.models import DataExport, User
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.export_file import write_export
from accounts.services.notifications import notify
from breakthru.outbox.services import enqueue

READY = NotificationKind(
    key="accounts.export_ready",
    label="A copy of my data",
    why="You get this because you asked for a copy of your data.",
    tab=Tab.ACCOUNT,
    is_fixed=True,
    # Somebody waits for it, at whatever hour they asked.
    is_urgent=True,
)
KEEP_FILES = timedelta(days=7)
# The page says for so long that there was one.
KEEP_ROWS = timedelta(days=30)
# Building one reads everything there is of somebody.
PAUSE = timedelta(days=1)
_SLICE = 100


class ExportError(ValueError):
    """No copy can be asked for now; the text says why, for people."""


@dataclass(frozen=True)
class ExportState:
    """How far the copy is that somebody asked for last, and whether they may ask for another."""

    last: DataExport | None
    is_underway: bool
    is_ready: bool
    may_ask: bool


def export_state(*, user: User, now: datetime) -> ExportState:
    """Return where the person's copy stands at `now`."""
    last = DataExport.objects.filter(user=user).order_by("-requested_at", "-pk").first()
    if last is None:
        return ExportState(last=None, is_underway=False, is_ready=False, may_ask=True)
    return ExportState(
        last=last,
        is_underway=last.ready_at is None,
        is_ready=last.expires_at is not None and last.expires_at > now,
        may_ask=last.requested_at <= now - PAUSE,
    )


@transaction.atomic
def request_export(*, by: User, now: datetime) -> DataExport:
    """Have a copy made of all that is the person's own; raises ExportError for a second one on one day.

    One that was asked for more than a day ago and is still not made is begun anew.
    """
    # Of two requests at the same moment the second finds the first one's row.
    User.objects.select_for_update().get(pk=by.pk)
    state = export_state(user=by, now=now)
    if not state.may_ask:
        if state.is_underway:
            raise ExportError("Your copy is being made already. We tell you when it is ready.")
        raise ExportError("You can ask for one copy a day. Please come back tomorrow.")
    if state.last is not None and state.is_underway:
        export = state.last
        export.requested_at = now
        export.save(update_fields=["requested_at"])
    else:
        export = DataExport.objects.create(user=by, requested_at=now)
    enqueue("accounts.make_export", export.pk)
    return export


@transaction.atomic
def make_export(*, export_id: uuid.UUID, now: datetime) -> None:
    """Make the copy that was asked for, and have its owner told; one that is made, or gone, is left alone.

    The file has the name of its row, which does not name it before all of it is there: what a worker that
    fell left behind is replaced by the next. The row is locked all the while, the person never: telling them
    is work of its own.
    """
    waiting = DataExport.objects.select_for_update(of=("self",)).select_related("user")
    export = waiting.filter(pk=export_id, ready_at=None).first()
    if export is None:
        return
    with TemporaryFile() as made:
        write_export(target=made, person=export.user, now=now)
        default_storage.delete(_name(export.pk))
        export.file.name = default_storage.save(_name(export.pk), File(made))
    export.ready_at, export.expires_at = now, now + KEEP_FILES
    export.save(update_fields=["file", "ready_at", "expires_at"])
    enqueue("accounts.tell_of_export", export.pk)


def tell_of_export(*, export_id: uuid.UUID, now: datetime) -> None:
    """Tell the owner that the copy is there, unless it is gone again."""
    export = DataExport.objects.select_related("user").filter(pk=export_id, expires_at__gt=now).first()
    if export is not None:
        path = reverse("accounts:export")
        notify(to=export.user, kind=READY.key, key=f"export:{export.pk}", path=path, now=now)


def downloadable_export(*, user: User, export_id: uuid.UUID, now: datetime) -> DataExport | None:
    """Return that copy when it is the person's own, made, and not expired; otherwise None."""
    return DataExport.objects.filter(user=user, pk=export_id, expires_at__gt=now).exclude(file="").first()


@transaction.atomic
def clear_exports(*, now: datetime) -> bool:
    """Delete expired files, a first part of them, and rows long expired; return whether more may be left.

    The file goes first: should we fall before the row says so, the next run finds the row, and no file to
    delete. The other way round a copy of somebody's life could lie there that nothing knows of.
    """
    expired = DataExport.objects.filter(expires_at__lte=now).exclude(file="").order_by("expires_at")
    keys = list(expired.select_for_update().values_list("pk", flat=True)[:_SLICE])
    _delete_files(keys)
    DataExport.objects.filter(pk__in=keys).update(file="")
    DataExport.objects.filter(expires_at__lt=now - KEEP_ROWS, file="").delete()
    return len(keys) == _SLICE


@transaction.atomic
def delete_export_files(*, person: int) -> None:
    """Delete every file, finished or not, made for the person with that id; the rows are the caller's.

    At once and not with the commit, for the same reason as above.
    """
    rows = DataExport.objects.select_for_update().filter(user=person)
    _delete_files(list(rows.values_list("pk", flat=True)))


def _delete_files(keys: list[uuid.UUID]) -> None:
    for key in keys:
        default_storage.delete(_name(key))


def _name(key: uuid.UUID) -> str:
    return f"exports/{key}.zip"
