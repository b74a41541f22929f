"""Migrations give up their turn for a lock rather than hold up everybody behind them."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from breakthru.management.commands import migrate

in_test = pytest.mark.django_db
# Only this app's tables are emptied afterwards; the command is handed over, as its own app is away too.
committed = pytest.mark.django_db(transaction=True, available_apps=["breakthru.outbox"])


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def change_table(self: DjangoCommand, *args: Any, **options: Any) -> None:
    """Stand in for the migrations: need a table for oneself."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_heartbeat DROP COLUMN IF EXISTS no_such_column")


@pytest.fixture
def reader() -> Iterator[BaseDatabaseWrapper]:
    """Somebody whose transaction has read the table, and goes on."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM outbox_heartbeat")
    yield other
    other.close()


@in_test
@pytest.mark.parametrize(("options", "seen"), [([], "500ms"), (["--lock-timeout", "0"], "0")])
def test_lock_timeout_holds_during_migrations_only(
    options: list[str], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    during: list[str] = []
    monkeypatch.setattr(DjangoCommand, "handle", lambda self, **options: during.append(lock_timeout()))
    before = lock_timeout()
    call_command("migrate", *options)
    assert (during, lock_timeout()) == ([seen], before)


@in_test
def test_migrations_themselves_are_those_of_django() -> None:
    said = io.StringIO()
    call_command("migrate", "outbox", stdout=said, no_color=True)
    assert "No migrations to apply." in said.getvalue()


@committed
def test_table_in_use_is_tried_again_until_it_is_free(
    reader: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            reader.rollback()

    monkeypatch.setattr(DjangoCommand, "handle", change_table)
    monkeypatch.setattr("breakthru.management.commands.migrate.time.sleep", pause)
    said = io.StringIO()
    call_command(migrate.Command(stderr=said, no_color=True), "--lock-timeout", "20")
    assert pauses == [2.0, 2.0]
    assert said.getvalue().splitlines() == ["A table is in use; trying again in 2 s."] * 2


@committed
def test_table_that_stays_in_use_ends_the_command(
    reader: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(DjangoCommand, "handle", change_table)
    monkeypatch.setattr("breakthru.management.commands.migrate.time.sleep", pauses.append)
    with pytest.raises(OperationalError, match="lock timeout"):
        call_command(migrate.Command(stderr=io.StringIO()), "--lock-timeout", "20", "--lock-tries", "3")
    assert (pauses, lock_timeout()) == ([2.0, 2.0], "0")


@in_test
def test_other_trouble_of_the_database_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bool] = []

    def fails(self: DjangoCommand, *args: Any, **options: Any) -> None:
        tried.append(True)
        raise OperationalError

    monkeypatch.setattr(DjangoCommand, "handle", fails)
    with pytest.raises(OperationalError):
        call_command("migrate")
    assert tried == [True]
