"""What a load balancer and an operator need to know (RELIABILITY §2.14)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from breakthru.outbox.models import Heartbeat, Outbox

HEART_STOPS_AFTER = timedelta(minutes=5)
WORK_IS_LATE_AFTER = timedelta(minutes=5)
# A mail server may well ask a stranger to come again in some minutes.
WAITING_IS_LONG_AFTER = timedelta(minutes=15)


@dataclass
class Readiness:
    """`problems` make the site unable to serve; `degraded` says what works less well."""

    problems: list[str] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return not self.problems


@cache
def _migrations_once_applied() -> bool:
    # The code of a running process does not change, so a yes stays a yes; a no must be asked again.
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise UnappliedMigrationsError
    return True


class UnappliedMigrationsError(Exception):
    """The database is older than the code."""


def _broker_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2) as broker:
            return bool(broker.ping())
    except (RedisError, OSError):
        return False


def readiness(now: datetime) -> Readiness:
    """Look at the database, the broker, the worker's heart and the oldest late work."""
    state = Readiness()
    try:
        _migrations_once_applied()
        beat = Heartbeat.objects.filter(name="worker").first()
        late = Outbox.objects.late(
            due_before=now - WORK_IS_LATE_AFTER, waiting_before=now - WAITING_IS_LONG_AFTER
        )
        is_late = late.exists()
        is_parked = Outbox.objects.parked().exists()
    except Error:
        state.problems.append("database")
        return state
    except UnappliedMigrationsError:
        state.problems.append("migrations")
        return state
    if not _broker_answers():
        state.degraded.append("broker")
    if beat is None or beat.seen_at < now - HEART_STOPS_AFTER:
        state.degraded.append("worker")
    if is_late:
        state.degraded.append("outbox_late")
    if is_parked:
        state.degraded.append("outbox_parked")
    return state
