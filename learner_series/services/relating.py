"""What to read next: computed from topics and open words, behind what editors chose."""

from django.db import connection, transaction

from breakthru.outbox.services import enqueue
from learner_series.models import Article, RelatedArticle

KEPT = 6
# Some seconds of work among 10,000 articles: whoever relates one of them meanwhile waits that long.
BATCH = 50

# The words that stand most often in the article, titles first; each article that shares one of them in its
# title or summary, or a topic, is weighed by PostgreSQL's cover density of all of them, and by its topics.
_NEAREST = """
WITH mine AS (
    SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS anywhere,
           string_agg(quote_literal(lexeme) || ':AB', ' | ')::tsquery AS in_title
    FROM (
        SELECT lexeme FROM article_words AS word
        ORDER BY ('A' = ANY (weights)) DESC, ('B' = ANY (weights)) DESC, cardinality(positions) DESC, lexeme
        LIMIT 24
    ) AS chosen
), shared AS (
    SELECT theirs.article_id, count(*) AS topics
    FROM learner_series_article_topics AS ours
    JOIN learner_series_article_topics AS theirs USING (topic_id)
    WHERE ours.article_id = %(pk)s AND theirs.article_id <> %(pk)s
    GROUP BY theirs.article_id
)
SELECT other.id
FROM learner_series_article AS other
CROSS JOIN mine
LEFT JOIN shared ON shared.article_id = other.id
WHERE other.live_id IS NOT NULL AND other.id <> %(pk)s
  AND (shared.topics IS NOT NULL OR other.search @@ mine.in_title)
ORDER BY coalesce(ts_rank(other.search, mine.anywhere, 1), 0) + 0.1 * coalesce(shared.topics, 0) DESC,
         other.id
LIMIT %(limit)s
""".replace("article_words", "unnest((SELECT search FROM learner_series_article WHERE id = %(pk)s))")


@transaction.atomic
def relate_article(*, article_id: int) -> int:
    """Compute anew what goes well after one article; return how many were found. Curated links stay."""
    if not Article.objects.filter(pk=article_id).exists():
        return 0
    links = RelatedArticle.objects.filter(article=article_id)
    links.filter(is_curated=False).delete()
    curated = set(links.values_list("other_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {"pk": article_id, "limit": KEPT + len(curated)})
        found = [row[0] for row in cursor.fetchall() if row[0] not in curated][:KEPT]
    RelatedArticle.objects.bulk_create(
        [
            RelatedArticle(article_id=article_id, other_id=other, place=place)
            for place, other in enumerate(found)
        ],
        # Two workers may relate the same article; both found the same.
        ignore_conflicts=True,
    )
    return len(found)


@transaction.atomic
def relate_next(*, after: int) -> None:
    """Compute a batch of articles behind the id `after`, and hand on to the next batch."""
    rows = Article.objects.published().filter(pk__gt=after).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        relate_article(article_id=pk)
    if len(ids) == BATCH:
        enqueue("learner_series.relate_all", ids[-1])
