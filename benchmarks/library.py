"""The library with few and with 10,000 articles: python benchmarks/library.py [COUNT].

Starts its own servers in a folder that is removed at the end, and calls the views in this process: queries
and median milliseconds of server time for each page, with 12 and with COUNT articles.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
ROUNDS = 15
PAGES = {
    "index": "/learn/",
    "index, by topic": "/learn/?topic=topic-1",
    "index, by stage": "/learn/?stage=education_stage:ug_year3",
    "search, frequent word": "/learn/?q=medicine",
    "search, rare word": "/learn/?q=zymurgy",
    "search, phrase": "/learn/?q=%22first+interview%22",
    "series": "/learn/series/series-0/",
    "article": "/learn/article-7/",
    "Atom": "/learn/feed.xml",
    "sitemap": "/sitemap-articles.xml",
}


def main() -> None:
    """Measure, grow, measure again."""
    # Django is set up inside: the addresses of the servers come first.
    from breakthru.embedded import servers  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=False) as addresses:
        os.environ |= {"DEBUG": "1", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "breakthru.settings"}
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ |= {"DATABASE_URL": addresses.database_url, "CACHE_URL": addresses.cache_url}
        import django  # noqa: PLC0415

        django.setup()
        _measure()


def _measure() -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.services.vocabulary import load_vocabulary  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    load_vocabulary(now=timezone.now())
    found: dict[str, list[tuple[int, float]]] = {name: [] for name in PAGES}
    for count in (12, COUNT):
        _grow(count)
        for name, path in PAGES.items():
            found[name].append(_time(path))
    print(f"{'page':<24}{'12 articles':>26}{f'{COUNT:,} articles':>26}")
    for name, pairs in found.items():
        print(f"{name:<24}" + "".join(f"{queries:>10} queries {ms:6.1f} ms" for queries, ms in pairs))


def _time(path: str) -> tuple[int, float]:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client: Client = Client(SERVER_NAME="localhost")
    taken: list[float] = []
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    queries = len(captured)
    if os.environ.get("SHOW_SLOW"):
        for row in captured.captured_queries:
            if float(row["time"]) > 0.004:
                print(path, row["time"], row["sql"][:300])
    assert response.status_code == 200, (path, response.status_code)
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - start) * 1000)
    return queries, statistics.median(taken)


def _grow(count: int) -> None:
    """Fill up to `count` published articles of about 900 words, in series of at most 50, on 20 topics."""
    from django.contrib.postgres.search import SearchVector  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.models import F  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import Topic, User  # noqa: PLC0415
    from learner_series.models import Article, Revision  # noqa: PLC0415

    now, words = timezone.now(), random.Random(7)
    people = [
        User.objects.get_or_create(email=f"{name}@bench.test", slug=name, display_name=name.title())[0]
        for name in ("writer", "reader")
    ]
    for number in range(20):
        about = {"name": f"Topic {number}", "order": number}
        Topic.objects.get_or_create(slug=f"topic-{number}", defaults=about)
    for first in range(Article.objects.count(), count, 500):
        _add(range(first, min(first + 500, count)), people, words, now)
    vector = SearchVector("title", weight="A", config="english") + SearchVector(
        F("open_text"), weight="D", config="english"
    )
    new = Revision.objects.filter(article__search=None).annotate(vector=vector)
    for article_id, found in new.values_list("article", "vector"):
        Article.objects.filter(pk=article_id).update(search=found)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _add(numbers: range, people: list[Any], words: random.Random, now: datetime) -> None:
    from accounts.models import Experience, Topic  # noqa: PLC0415
    from learner_series.models import Article, Revision, Series  # noqa: PLC0415

    topics, stages = list(Topic.objects.all()), list(Experience.objects.for_group("education_stage"))
    for number in {number // 50 for number in numbers}:
        Series.objects.get_or_create(slug=f"series-{number}", defaults={"title": f"Series {number}"})
    series = {row.slug: row for row in Series.objects.all()}
    articles = Article.objects.bulk_create(
        Article(
            slug=f"article-{number}",
            title=f"Article {number} on medicine",
            summary="What it is about, in a sentence.",
            series=series[f"series-{number // 50}"],
            position=number % 50 + 1,
            word_count=900,
            open_word_count=900,
            published_at=now - timedelta(minutes=number),
        )
        for number in numbers
    )
    revisions = Revision.objects.bulk_create(_revision(row, people, words, now) for row in articles)
    for article, revision in zip(articles, revisions, strict=True):
        article.live = revision
    Article.objects.bulk_update(articles, ["live"])
    about, meant_for = Article.topics.through, Article.audience.through
    about.objects.bulk_create(
        about(article=row, topic=topic) for row in articles for topic in words.sample(topics, 2)
    )
    meant_for.objects.bulk_create(meant_for(article=row, experience=words.choice(stages)) for row in articles)


def _revision(article: Any, people: list[Any], words: random.Random, now: datetime) -> Any:
    from breakthru.lib.richtext import ARTICLE, clean  # noqa: PLC0415
    from learner_series.models import Revision  # noqa: PLC0415

    rare = "zymurgy " if words.random() < 0.001 else ""
    interview = "my first interview " if words.random() < 0.05 else ""
    parts = []
    for number in range(9):
        sentence = " ".join(words.choice(_WORDS) for _ in range(100))
        parts.append(f"<h2>Part {number}</h2><p>{rare}{interview}{sentence} medicine.</p>")
    cleaned = clean("".join(parts), ARTICLE)
    return Revision(
        article=article,
        number=1,
        title=article.title,
        summary="In short.",
        html=cleaned.html,
        text=cleaned.text,
        open_html=cleaned.html,
        open_text=cleaned.text,
        outline=[{"level": row.level, "id": row.id, "text": row.text} for row in cleaned.outline],
        word_count=cleaned.word_count,
        open_word_count=cleaned.word_count,
        state="published",
        created_by=people[0],
        approved_by=people[1],
        approved_at=now,
        published_at=now,
    )


_WORDS = [
    first + second
    for first in ("lar", "men", "tor", "sol", "vin", "cas", "ped", "ral", "nor", "quin", "bel", "hos")
    for second in ("a", "ent", "ing", "ion", "ul", "ard", "est", "ip", "olo", "um", "yst", "er", "al", "ic")
]


if __name__ == "__main__":
    main()
