"""Copies of somebody's data, made and opened."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

from accounts.models import DataExport, User
from accounts.services.exporting import make_export

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def make(user: User, now: datetime = NOON) -> DataExport:
    """A copy that was asked for and made at `now`."""
    export = DataExport.objects.create(user=user, requested_at=now)
    make_export(export_id=export.pk, now=now)
    export.refresh_from_db()
    return export


def opened(export: DataExport) -> ZipFile:
    """The file of a copy."""
    return ZipFile(BytesIO(export.file.read()))
