"""What the clock tells a stranger at the doors: python benchmarks/enumeration.py [PAIRS].

Starts its own servers in a folder that is removed at the end. For each door a known and an unknown address
are posted in turn, PAIRS times, with the passwords hashed as in production; the medians must be within 10 ms.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
CLOSE_ENOUGH_MS = 10.0


def main() -> None:
    """Measure every door; end with 1 when one tells."""
    # Django is set up inside: the addresses of the servers come first.
    from breakthru.embedded import servers  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=False) as addresses:
        os.environ |= {"DEBUG": "1", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "breakthru.settings"}
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ |= {"DATABASE_URL": addresses.database_url, "CACHE_URL": addresses.cache_url}
        import django  # noqa: PLC0415

        django.setup()
        is_quiet = _measure()
    sys.exit(0 if is_quiet else 1)


def _measure() -> bool:
    from django.core.management import call_command  # noqa: PLC0415

    from tests.security.doors import DOORS  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    print(f"{'door':<10}{'known ms':>12}{'unknown ms':>12}{'apart':>8}   middle half of known, of unknown")
    # Every door is measured, also after one that tells.
    told = {door: _compare(door) for door in DOORS}
    return all(told.values())


def _compare(door: str) -> bool:
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    # One pair first, uncounted: what is read once is read then.
    for number in range(PAIRS + 1):
        for kind, times in taken.items():
            email = f"{kind}-{door}-{number}@example.test"
            spent = _time(door, email, is_known=kind == "known")
            if number:
                times.append(spent)
    known, unknown = (statistics.median(times) for times in taken.values())
    halves = ", ".join(
        "{:.1f} to {:.1f}".format(*statistics.quantiles(times, n=4)[::2]) for times in taken.values()
    )
    apart = abs(known - unknown)
    print(f"{door:<10}{known:>12.1f}{unknown:>12.1f}{apart:>8.1f}   {halves}")
    return apart <= CLOSE_ENOUGH_MS


def _time(door: str, email: str, *, is_known: bool) -> float:
    from django.core.cache import cache  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from tests.factories.people import UserFactory  # noqa: PLC0415
    from tests.security.doors import DOORS  # noqa: PLC0415

    if is_known:
        UserFactory.create(email=email)
    # Limits are not what is measured.
    cache.clear()
    client = Client(SERVER_NAME="localhost")
    began = time.perf_counter()
    DOORS[door](client, email)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
