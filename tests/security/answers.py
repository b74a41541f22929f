"""Answers that hold a file open until they are closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections


@contextmanager
def closing(response: Any) -> Iterator[Any]:
    """Close an answer at the end, and leave the connection of the test's transaction open."""
    try:
        yield response
    finally:
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
