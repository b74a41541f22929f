"""Fixtures of the whole suite. The controller starts PostgreSQL and Valkey once; workers share them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import zeal
from django.conf import settings

from breakthru.embedded import servers

_servers = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process, before any test asks for the database."""
    if not hasattr(config, "workerinput"):
        _servers.enter_context(servers(Path(settings.DATA_DIR), durable=False))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the last worker is gone."""
    _servers.close()


@pytest.fixture(autouse=True)
def no_hidden_queries() -> Iterator[None]:
    """A query in a loop fails the test that runs it."""
    with zeal.zeal_context():
        yield
