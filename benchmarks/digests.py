"""The daily digest of 10,000 people: python -m benchmarks.digests [COUNT].

Starts its own servers in a folder that is removed at the end, gives COUNT people in seven time zones three
notifications each, and does every unit of work of the hourly job in this process, twice over, as if it had
been started twice. Then it sends every digest into a mailbox in memory that keeps counts alone. Ends with
status 1 when gathering takes a minute, when memory grows with the number of people, or when anybody gets
another number of mails than one.
"""

import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import time_machine
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from breakthru.embedded import servers

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
LIMIT_SECONDS = 60.0
LIMIT_MEGABYTES = 20.0
# Ten in the morning in Los Angeles: everybody's hour has come, and nobody's quiet hours.
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Africa/Lagos",
    "Atlantic/Azores",
]


class CountingBackend(BaseEmailBackend):
    """A mail server that takes everything and remembers to whom."""

    taken: Counter[str] = Counter()
    names: set[str] = set()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            # As a real one: the mail is put together, with all its parts.
            message.message().as_bytes()
            self.taken[message.to[0]] += 1
            self.names.add(message.extra_headers["Message-ID"])
        return len(email_messages)


def main() -> None:
    """Prepare, gather, send and judge."""
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=False) as addresses:
        os.environ |= {"DEBUG": "1", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "breakthru.settings"}
        os.environ |= {"LOG_LEVEL": "ERROR", "SITE_URL": "https://site.example"}
        os.environ |= {"DATABASE_URL": addresses.database_url, "CACHE_URL": addresses.cache_url}
        # Django is set up inside: the addresses of the servers come first.
        import django  # noqa: PLC0415

        django.setup()
        from django.conf import settings  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415

        # In development each query is kept, which looks like a leak.
        settings.DEBUG = False
        settings.EMAIL_BACKEND = f"{__name__}.CountingBackend"
        call_command("migrate", verbosity=0)
        _fill()
        with time_machine.travel(NOW):
            sys.exit(0 if _judge() else 1)


def _fill() -> None:
    from allauth.account.models import EmailAddress  # noqa: PLC0415

    from accounts.models import Notification, User  # noqa: PLC0415

    for start in range(0, COUNT, 1000):
        numbers = range(start, min(start + 1000, COUNT))
        people = User.objects.bulk_create(
            User(
                email=f"person{number}@example.test",
                slug=f"person-{number}",
                display_name=f"Person {number}",
                time_zone=ZONES[number % len(ZONES)],
            )
            for number in numbers
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in people
        )
        Notification.objects.bulk_create(
            Notification(
                user=user,
                kind="feed.question_answered",
                key=f"answer:{user.pk}-{number}",
                path=f"/feed/{number}/a-question/#answer-{user.pk}",
                words={"title": f"Is this question number {number} of person {user.pk}?"},
                rhythm="daily",
                created_at=NOW - timedelta(days=1, minutes=number),
            )
            for user in people
            for number in range(3)
        )


def _judge() -> bool:
    from accounts.models import Digest  # noqa: PLC0415

    gathering, gathering_memory, growth = _gather()
    made = Digest.objects.count()
    sending, sending_memory, _ = _work("accounts.send_digest")
    taken, names = CountingBackend.taken, CountingBackend.names
    is_once = len(taken) == made == len(names) == COUNT and set(taken.values()) == {1}
    print(f"{made:9,}  digests of {COUNT:,} people with three notifications each, the job started twice")
    print(f"{gathering:9.1f}  seconds to gather them (limit {LIMIT_SECONDS:g})")
    print(f"{gathering_memory:9.1f}  MB more at most while gathering (limit {LIMIT_MEGABYTES:g})")
    print(f"{growth:9.1f}  MB more from the first quarter of the slices to the last")
    print(f"{sending:9.1f}  seconds to send them, {1000 * sending / max(1, made):.1f} ms a mail")
    print(f"{sending_memory:9.1f}  MB more at most while sending")
    print(f"{'yes' if is_once else 'NO':>9}  everybody got exactly one mail, each with a name of its own")
    return is_once and gathering < LIMIT_SECONDS and gathering_memory < LIMIT_MEGABYTES


def _gather() -> tuple[float, float, float]:
    from breakthru.outbox.beat import enqueue_slot  # noqa: PLC0415

    for minutes in (0, 1):
        enqueue_slot("accounts.gather_digests", NOW + timedelta(minutes=minutes))
    return _work("accounts.gather_digests")


def _work(kind: str) -> tuple[float, float, float]:
    """Do all units of work of `kind`; return seconds, and MB at most and at the end above what it was."""
    from breakthru.outbox.models import Outbox  # noqa: PLC0415
    from breakthru.outbox.services import deliver  # noqa: PLC0415

    gc.collect()
    sizes, started = [_megabytes()], time.perf_counter()
    rows: Any = Outbox.objects.due().filter(kind=kind).order_by("pk").values_list("pk", flat=True)
    while found := list(rows[:200]):
        for pk in found:
            if not deliver(pk):
                message = f"outbox row {pk} was not done"
                raise RuntimeError(message)
            sizes.append(_megabytes())
    quarter = max(1, len(sizes) // 4)
    growth = max(sizes[-quarter:]) - max(sizes[:quarter])
    return time.perf_counter() - started, max(sizes) - sizes[0], growth


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
