"""The relay: hands ids of due rows to Celery, again and again until they are done."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from celery import Celery
from django.db import InterfaceError, OperationalError, close_old_connections
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from breakthru.outbox.models import MAX_STARTS, REPUBLISH_AFTER, Outbox
from breakthru.outbox.services import (
    claim_due,
    deliver,
    park_worker_killers,
    publish_anew,
    send_scouts,
    unclaim,
)

logger = logging.getLogger(__name__)
BATCH = 100
# Without a broker the relay does the work itself, a few rows a round: slow, but nothing waits for ever.
BATCH_WITHOUT_BROKER = 5
PAUSE_SECONDS = 0.5
LOOK_SECONDS = 30.0
BROKER_ERRORS = (BrokerError, RedisError, OSError)


class Relay:
    """One relay process; several may run side by side."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.broker_is_up = True
        self.broker_run = ""
        self.next_look_at = 0.0

    def publish(self, ids: list[int]) -> bool:
        """Hand `ids` to Celery; return False when the broker does not take them."""
        try:
            with (
                self._connected() as connection,
                self.app.amqp.Producer(connection, auto_declare=False) as producer,
            ):
                for outbox_id in ids:
                    self.app.send_task("outbox.deliver", args=[outbox_id], producer=producer, retry=False)
        except BROKER_ERRORS as error:
            if self.broker_is_up:
                logger.error(
                    "the broker does not answer (%s): the relay works by itself", type(error).__name__
                )
            self.broker_is_up = False
            return False
        if not self.broker_is_up:
            logger.info("the broker is back")
        self.broker_is_up = True
        return True

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self.app.connection_for_write(
            connect_timeout=3, transport_options={"max_retries": 0}
        ) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            yield connection

    def look(self) -> None:
        """Look whether what is away came back, and whether the broker lost what it was given."""
        send_scouts()
        if Outbox.objects.handed_out().exists() and (after := self._lost_after()) is not None:
            publish_anew(after=after)

    def _lost_after(self) -> timedelta | None:
        # From when on a row that was handed out and not ended counts as lost; None: all may be in the queue.
        if not self.broker_is_up:
            return REPUBLISH_AFTER
        try:
            with self._connected() as connection:
                channel: Any = connection.default_channel
                client = channel.client
                run, length = client.info("server")["run_id"], client.llen(self.app.conf.task_default_queue)
        except BROKER_ERRORS:
            return REPUBLISH_AFTER
        before, self.broker_run = self.broker_run, run
        if run != before:
            # It started anew, or this relay did: who knows what it has forgotten.
            return timedelta(0)
        return None if length else REPUBLISH_AFTER

    def round(self) -> int:
        """Publish what is due, or do a few rows here when the broker is down; return how many rows."""
        if time.monotonic() >= self.next_look_at:
            self.look()
            self.next_look_at = time.monotonic() + LOOK_SECONDS
        park_worker_killers(limit=MAX_STARTS)
        ids = claim_due(limit=BATCH if self.broker_is_up else BATCH_WITHOUT_BROKER)
        if ids and not self.publish(ids):
            here, rest = ids[:BATCH_WITHOUT_BROKER], ids[BATCH_WITHOUT_BROKER:]
            unclaim(rest)
            for outbox_id in here:
                deliver(outbox_id)
            return len(here)
        return len(ids)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a database that is away is waited for."""
        while not stop.is_set():
            count = 0
            try:
                close_old_connections()
                count = self.round()
            except (OperationalError, InterfaceError):
                logger.warning("the database does not answer: the relay waits")
                stop.wait(2)
            if count < BATCH_WITHOUT_BROKER:
                stop.wait(PAUSE_SECONDS)
