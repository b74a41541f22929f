"""A copy of all that is somebody's own: asked for, made, told of, cleared away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.handlers import clear_expired
from accounts.models import DataExport, Notification, User
from accounts.services import exporting
from accounts.services.exporting import (
    ExportError,
    clear_exports,
    delete_export_files,
    downloadable_export,
    export_state,
    make_export,
    request_export,
    tell_of_export,
)
from breakthru import settings as site_settings
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from tests.accounts.conftest import Worker, html_of
from tests.accounts.copies import NOON, make, opened
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_files(settings: LazySettings) -> None:
    # Set anew, the storage is an empty one.
    settings.STORAGES = dict(settings.STORAGES)


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create(display_name="Joan", time_zone="America/New_York")
    return made


# --- Asking


def test_request_is_work_for_a_worker(user: User) -> None:
    export = request_export(by=user, now=NOON)
    assert (export.user, export.requested_at, export.ready_at) == (user, NOON, None)
    assert list(Outbox.objects.values_list("kind", "ref")) == [("accounts.make_export", str(export.pk))]


def test_one_is_made_at_a_time(user: User) -> None:
    request_export(by=user, now=NOON)
    with pytest.raises(ExportError, match="being made already"):
        request_export(by=user, now=NOON + HOUR)
    assert (DataExport.objects.count(), Outbox.objects.count()) == (1, 1)


def test_one_is_made_a_day(user: User) -> None:
    make(user)
    with pytest.raises(ExportError, match="one copy a day"):
        request_export(by=user, now=NOON + DAY - HOUR)
    request_export(by=user, now=NOON + DAY)
    assert DataExport.objects.count() == 2


def test_one_that_never_came_about_is_begun_anew(user: User) -> None:
    first = request_export(by=user, now=NOON)
    again = request_export(by=user, now=NOON + DAY)
    assert (again.pk, again.requested_at) == (first.pk, NOON + DAY)
    assert list(Outbox.objects.values_list("ref", flat=True)) == [str(first.pk)] * 2


def test_others_do_not_count(user: User) -> None:
    make(UserFactory.create())
    assert request_export(by=user, now=NOON).user == user


def test_state_tells_how_far_it_is(user: User) -> None:
    def state(now: datetime) -> tuple[bool, bool, bool]:
        found = export_state(user=user, now=now)
        return found.is_underway, found.is_ready, found.may_ask

    assert state(NOON) == (False, False, True)
    export = request_export(by=user, now=NOON)
    assert state(NOON) == (True, False, False)
    make_export(export_id=export.pk, now=NOON)
    assert [state(NOON + days * DAY) for days in (0, 1, 7)] == [
        (False, True, False), (False, True, True), (False, False, True),
    ]  # fmt: skip


# --- Making


def test_copy_is_there_for_a_week(user: User) -> None:
    export = make(user)
    assert (export.ready_at, export.expires_at) == (NOON, NOON + 7 * DAY)
    assert opened(export).namelist() == ["data.json", "index.html"]


def test_fault_leaves_it_under_way_and_the_next_try_makes_it(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = request_export(by=user, now=NOON)
    (row,) = Outbox.objects.all()

    def fall(**kwargs: Any) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "write_export", fall)
        assert deliver(row.pk) is False
    assert export_state(user=user, now=NOON).is_underway is True
    # What a worker that was killed left behind.
    default_storage.save(f"exports/{export.pk}.zip", ContentFile(b"half"))
    Outbox.objects.update(run_after=NOON - DAY)
    assert deliver(row.pk) is True
    export.refresh_from_db()
    assert export.file.name == f"exports/{export.pk}.zip"
    assert opened(export).testzip() is None


def test_made_one_is_made_once(user: User) -> None:
    export = make(user)
    make_export(export_id=export.pk, now=NOON + HOUR)
    export.refresh_from_db()
    assert export.ready_at == NOON


def test_one_that_is_gone_is_left_alone() -> None:
    make_export(export_id=uuid4(), now=NOON)
    assert DataExport.objects.count() == 0


# --- Telling


def test_owner_is_told_on_the_site_and_by_mail(user: User, work_off: Worker) -> None:
    request_export(by=user, now=NOON)
    work_off()
    work_off()
    (sent,) = work_off()
    assert (sent.to, sent.subject) == ([user.email], "The copy of your data is ready")
    words = "You get this because you asked for a copy of your data."
    link = "http://testserver/accounts/export/"
    assert [part in text for text in (str(sent.body), html_of(sent)) for part in (words, link)] == [True] * 4
    (told,) = Notification.objects.all()
    assert (told.user, told.kind, told.path) == (user, "accounts.export_ready", "/accounts/export/")


@pytest.mark.parametrize("after", [7 * DAY, 8 * DAY])
def test_nobody_is_told_of_what_is_expired(user: User, after: timedelta) -> None:
    tell_of_export(export_id=make(user).pk, now=NOON + after)
    tell_of_export(export_id=uuid4(), now=NOON)
    assert Notification.objects.count() == 0


# --- Fetching


def test_copy_is_its_owners_until_it_expires(user: User) -> None:
    export = make(user)

    def found(who: User, now: datetime) -> DataExport | None:
        return downloadable_export(user=who, export_id=export.pk, now=now)

    assert found(user, NOON + 7 * DAY - HOUR) == export
    assert (found(user, NOON + 7 * DAY), found(UserFactory.create(), NOON)) == (None, None)


def test_copy_under_way_cannot_be_fetched(user: User) -> None:
    export = request_export(by=user, now=NOON)
    assert downloadable_export(user=user, export_id=export.pk, now=NOON) is None


# --- Clearing away


def test_file_goes_when_it_expires_and_the_row_a_month_later(user: User) -> None:
    old, young = make(user), make(user, NOON + DAY)
    name = str(old.file.name)
    assert clear_exports(now=NOON + 7 * DAY) is False
    old.refresh_from_db()
    assert (old.file.name, default_storage.exists(name)) == ("", False)
    assert default_storage.exists(str(young.file.name)) is True
    clear_exports(now=NOON + 38 * DAY)
    assert list(DataExport.objects.all()) == [young]


def test_file_that_is_gone_already_is_no_fault(user: User) -> None:
    export = make(user)
    default_storage.delete(str(export.file.name))
    clear_exports(now=NOON + 8 * DAY)
    export.refresh_from_db()
    assert export.file.name == ""


def test_clearing_goes_on_until_nothing_is_left(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_SLICE", 2)
    for number in range(3):
        make(user, NOON - number * DAY)
    assert [clear_exports(now=NOON + 8 * DAY) for _ in range(2)] == [True, False]
    assert DataExport.objects.exclude(file="").count() == 0


def test_beat_clears_them_away(user: User) -> None:
    export = make(user, datetime(2020, 1, 1, tzinfo=UTC))
    clear_expired("2026-11-22T04:41")
    assert DataExport.objects.filter(pk=export.pk).exists() is False


def test_erasing_takes_the_files_finished_or_not(user: User) -> None:
    made, other = make(user), make(UserFactory.create())
    begun = DataExport.objects.create(user=user)
    default_storage.save(f"exports/{begun.pk}.zip", ContentFile(b"half"))
    delete_export_files(person=user.pk)
    there = [default_storage.exists(f"exports/{export.pk}.zip") for export in (made, begun, other)]
    assert there == [False, False, True]


def test_nobody_else_on_the_machine_reads_a_file(user: User, settings: LazySettings, tmp_path: Path) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": site_settings.STORAGES["default"]}
    settings.MEDIA_ROOT = tmp_path
    export = make(user)

    file = tmp_path / str(export.file.name)
    assert [f"{place.stat().st_mode & 0o777:o}" for place in (file, file.parent)] == ["600", "700"]
