"""Fixtures of the whole suite. The controller starts PostgreSQL and Valkey once; workers share them."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from breakthru.embedded import servers

pytest_plugins = ["tests.site"]
_servers = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process, unless the environment names others."""
    given = all(os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"))
    if not hasattr(config, "workerinput") and not given:
        _servers.enter_context(servers(Path(settings.DATA_DIR), durable=False))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the last worker is gone."""
    if not hasattr(config, "workerinput"):
        _servers.close()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
