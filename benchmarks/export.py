"""A copy of one person's data with many rows: python benchmarks/export.py [COUNT].

Starts its own servers in a folder that is removed at the end. Half of the rows are articles read, half
notifications. Prints seconds, the size of the file, and by how much the memory of this process grew at most
while it wrote a tenth of them and all of them (Linux). Ends with status 1 when it takes 90 seconds or more,
Celery's soft limit.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
LIMIT = 90.0


def main() -> None:
    """Fill, write, judge."""
    # Django is set up inside: the addresses of the servers come first.
    from breakthru.embedded import servers  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=False) as addresses:
        os.environ |= {"DEBUG": "0", "DEMO": "0", "SECRET_KEY": "benchmark", "DATA_DIR": folder}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "breakthru.settings", "LOG_LEVEL": "ERROR"}
        os.environ |= {"DATABASE_URL": addresses.database_url, "CACHE_URL": addresses.cache_url}
        import django  # noqa: PLC0415

        django.setup()
        took = _measure()
    sys.exit(0 if took < LIMIT else 1)


def _measure() -> float:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, skip_checks=True)
    took = 0.0
    for number, count in enumerate((500, COUNT // 10, COUNT)):
        person = _fill(number, count)
        before = _forget_peak()
        started = time.perf_counter()
        size = _write(person)
        took = time.perf_counter() - started
        # The first, small one loads templates and modules.
        if number:
            print(f"{count:9,} rows: {took:6.1f} s, {size / 1e6:5.1f} MB, memory +{_peak() - before:.1f} MB")
    return took


def _forget_peak() -> float:
    """Let the highest use of memory be that of now, and return it in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1000


def _write(person: Any) -> int:
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import DataExport  # noqa: PLC0415
    from accounts.services.exporting import make_export  # noqa: PLC0415

    export = DataExport.objects.create(user=person)
    make_export(export_id=export.pk, now=timezone.now())
    export.refresh_from_db()
    return int(export.file.size)


def _fill(number: int, count: int) -> Any:
    """Return somebody who read `count` / 2 articles and was told as many things."""
    from accounts.models import Notification, User  # noqa: PLC0415
    from learner_series.models import Article, ReadingProgress  # noqa: PLC0415

    name = f"reader-{number}"
    person = User.objects.create(email=f"{name}@bench.test", slug=name, display_name=name.title())
    for start in range(0, count // 2, 1000):
        places = range(start, min(start + 1000, count // 2))
        articles = Article.objects.bulk_create(
            Article(slug=f"{name}-{place}", title=f"Article {place} on medicine") for place in places
        )
        ReadingProgress.objects.bulk_create(
            ReadingProgress(user=person, article=article, percent=40, anchor="where-to-begin")
            for article in articles
        )
        Notification.objects.bulk_create(
            Notification(
                user=person,
                kind="feed.question_answered",
                key=f"answer:{place}",
                path=f"/feed/{place}/is-this-a-question/",
                words={"title": f"Is this question number {place} on medicine?"},
            )
            for place in places
        )
    return person


if __name__ == "__main__":
    main()
