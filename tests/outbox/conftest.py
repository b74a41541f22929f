"""Handlers of a test's own, and a second connection to the test's database."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from breakthru.outbox import registry


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))


@pytest.fixture
def calls() -> list[str]:
    """The refs that the kind "note" was called with."""
    called: list[str] = []
    registry.register("note", called.append)
    return called


@pytest.fixture
def other_worker() -> Iterator[BaseDatabaseWrapper]:
    """A connection of another process; what it holds is locked for everybody else."""
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()
