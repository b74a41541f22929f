"""`manage.py migrate`, Django's own, that never holds up the site for long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import OperationalError, connections

# PostgreSQL's code of a lock that was not to be had in time.
LOCK_NOT_AVAILABLE = "55P03"
LOCK_TIMEOUT_MS = 500
TRIES = 60
PAUSE_SECONDS = 2.0


@contextmanager
def short_locks(database: str, milliseconds: int) -> Iterator[None]:
    """Let no statement on `database` wait longer for a lock; 0 means for ever."""
    connection = connections[database]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(milliseconds)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


class Command(DjangoCommand):
    """Migrate with a short lock_timeout, and try again while somebody else is at a table.

    A change of a table queues for its lock, and everybody who comes later, readers too, queues behind it. A
    migration that gave up its turn is undone as a whole, so it can be repeated; one that is not atomic
    (an index built concurrently) can not, and is run alone with `--lock-timeout 0`.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            type=int,
            default=LOCK_TIMEOUT_MS,
            metavar="MS",
            help=f"longest wait for a lock; 0 waits for ever (default {LOCK_TIMEOUT_MS})",
        )
        parser.add_argument(
            "--lock-tries",
            type=int,
            default=TRIES,
            metavar="N",
            help=f"how often to try when a lock was not to be had (default {TRIES})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tries_left = options["lock_tries"]
        while True:
            tries_left -= 1
            try:
                with short_locks(options["database"], options["lock_timeout"]):
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE or tries_left < 1:
                    raise
            self.stderr.write(f"A table is in use; trying again in {PAUSE_SECONDS:g} s.")
            time.sleep(PAUSE_SECONDS)
