"""What a reader leaves behind: progress, saved articles, what was helpful."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from learner_series.models import Article, ArticleFeedback, ReadingProgress, SavedArticle
from learner_series.models.reading import FINISHED_AT_PERCENT


@transaction.atomic
def record_progress(*, by: User, article: Article, percent: int, anchor: str, now: datetime) -> None:
    """Keep the furthest point and the last place; reaching the end marks the article as read.

    `percent` is clipped to 0–100; an anchor that the live text does not have becomes ''.
    """
    percent = max(0, min(100, percent))
    known = article.live is not None and article.live.heading(anchor) is not None
    row, is_new = ReadingProgress.objects.select_for_update().get_or_create(
        user=by, article=article, defaults={"percent": percent, "read_at": now}
    )
    row.percent = percent if is_new else max(row.percent, percent)
    row.anchor, row.read_at = anchor if known else "", now
    if row.percent >= FINISHED_AT_PERCENT and row.finished_at is None:
        row.finished_at = now
    row.save(update_fields=["percent", "anchor", "read_at", "finished_at"])


@transaction.atomic
def mark_as_read(*, by: User, article: Article, is_read: bool, now: datetime) -> None:
    """Say that an article is read, or take it back to begin anew."""
    ReadingProgress.objects.update_or_create(
        user=by,
        article=article,
        defaults={
            "percent": 100 if is_read else 0,
            "anchor": "",
            "read_at": now,
            "finished_at": now if is_read else None,
        },
    )


def save_article(*, by: User, article: Article, now: datetime) -> None:
    """Keep an article for later; a second time changes nothing."""
    SavedArticle.objects.bulk_create(
        [SavedArticle(user=by, article=article, saved_at=now)], ignore_conflicts=True
    )


def unsave_article(*, by: User, article: Article) -> None:
    """Stop keeping it."""
    SavedArticle.objects.filter(user=by, article=article).delete()


def give_feedback(*, by: User, article: Article, is_helpful: bool, missing: str, now: datetime) -> None:
    """Say whether it helped and, if not, what was missing; a later word replaces the earlier."""
    ArticleFeedback.objects.update_or_create(
        user=by,
        article=article,
        defaults={
            "revision": article.live,
            "is_helpful": is_helpful,
            "missing": "" if is_helpful else missing,
            "given_at": now,
        },
    )
