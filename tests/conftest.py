"""Fixtures of the whole suite. The controller starts PostgreSQL and Valkey once; workers share them."""

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from breakthru.embedded import servers

pytest_plugins = ["tests.site"]
_servers = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process, before any test asks for the database."""
    if not hasattr(config, "workerinput"):
        _servers.enter_context(servers(Path(settings.DATA_DIR), durable=False))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the last worker is gone."""
    if not hasattr(config, "workerinput"):
        _servers.close()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
