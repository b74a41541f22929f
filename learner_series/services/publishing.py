"""The way of a revision to readers: review, hour, publication, retirement."""

import logging
from datetime import UTC, datetime

from django.contrib.postgres.search import SearchVector
from django.db import DatabaseError, transaction
from django.db.models import Value
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import has_acted, record_action
from breakthru.outbox.services import enqueue
from learner_series.lifecycle import BY_THE_CLOCK, RevisionState, can_move
from learner_series.models import Article, Revision, RevisionEvent
from learner_series.permissions import can_approve_revision, can_edit_articles
from learner_series.services.editorial import EDITED, EditorialError, refuse_stale

logger = logging.getLogger(__name__)

# PostgreSQL's limit for one search vector is 1 MB, and a character takes up to eight bytes of it: four, and
# as many again where hyphens join words, since the whole and its parts are both kept.
_SEARCHED = 120_000
_STATE_FIELDS = ["state", "approved_by", "approved_at", "scheduled_for", "published_at", "retired_at"]


@transaction.atomic
def move(
    *,
    by: User | None,
    revision: Revision,
    target: RevisionState,
    now: datetime,
    version: int | None = None,
    at: datetime | None = None,
) -> Revision:
    """Take one step of the transition table; the only writer of `Revision.state`.

    Publishing makes the revision live at once and retires the one before. `by` None is the clock, which may
    publish what is scheduled and retire what is live. `version` is what the person has seen; `at` the hour
    of publication for SCHEDULED. Raises EditorialError.
    """
    article = Article.objects.select_for_update().defer("search").get(pk=revision.article_id)
    locked = Revision.objects.select_for_update().get(pk=revision.pk)
    source = RevisionState(locked.state)
    _refuse_step(by, article, locked, target, now)
    refuse_stale(revision=locked, version=version)
    locked.scheduled_for = None
    if target == RevisionState.APPROVED and source == RevisionState.IN_REVIEW:
        _approve(by, locked, now)
    elif target == RevisionState.SCHEDULED:
        _schedule(article, locked, at, now)
    elif target == RevisionState.PUBLISHED:
        _publish(by, article, locked, now)
    elif target == RevisionState.RETIRED:
        _retire(article, locked, now)
    elif target == RevisionState.DRAFT:
        locked.approved_by = locked.approved_at = None
    _write_state(by, locked, source, target, now)
    return locked


def publish_due(*, now: datetime) -> int:
    """Publish each scheduled revision whose hour has come, once, however late; return how many."""
    count = 0
    for revision in Revision.objects.due(now).without_words():
        count += _take(revision, RevisionState.PUBLISHED, now)
    return count


def retire_expired(*, now: datetime) -> int:
    """Retire the live text of each article that has expired; return how many."""
    count = 0
    for article in Article.objects.expired(timezone.localdate(now)).with_outline():
        assert article.live is not None
        count += _take(article.live, RevisionState.RETIRED, now)
    return count


def _take(revision: Revision, target: RevisionState, now: datetime) -> int:
    try:
        with transaction.atomic():
            move(by=None, revision=revision, target=target, now=now)
    except EditorialError:
        # Somebody moved it meanwhile, or a newer one is live. The others go on.
        logger.warning("revision %s could not become %s", revision.pk, target)
        return 0
    except DatabaseError as error:
        # The others go on here, too; this one is tried again at the next look.
        logger.error("revision %s could not become %s: %s", revision.pk, target, type(error).__name__)
        return 0
    return 1


def _refuse_step(
    by: User | None, article: Article, revision: Revision, target: RevisionState, now: datetime
) -> None:
    source = RevisionState(revision.state)
    if by is not None:
        allowed = can_edit_articles(by)
    else:
        allowed = (source, target) in BY_THE_CLOCK and _is_due(article, revision, now)
    if not allowed or not can_move(source, target):
        message = f"A revision can't go from “{source.label}” to “{target.label}”."
        raise EditorialError(message)


def _is_due(article: Article, revision: Revision, now: datetime) -> bool:
    # Asked under the lock: an editor may have chosen a later hour or day since the clock looked.
    if revision.scheduled_for is not None:
        return revision.scheduled_for <= now
    return article.is_expired(timezone.localdate(now))


def _write_state(
    by: User | None, revision: Revision, source: RevisionState, target: RevisionState, now: datetime
) -> None:
    revision.state = target
    revision.save(update_fields=_STATE_FIELDS)
    RevisionEvent.objects.create(revision=revision, source=source, target=target, by=by, at=now)
    record_action(by=by, action=f"revision.{target}", target=revision)


def _approve(by: User | None, revision: Revision, now: datetime) -> None:
    wrote = by is None or has_acted(by=by, action=EDITED, target=revision)
    if by is None or wrote or not can_approve_revision(by, revision):
        message = "Someone other than the author approves a revision."
        raise EditorialError(message)
    if not revision.text.strip() or not revision.summary.strip():
        message = "A text needs words and a summary before it can be approved."
        raise EditorialError(message)
    revision.approved_by, revision.approved_at = by, now


def _schedule(article: Article, revision: Revision, at: datetime | None, now: datetime) -> None:
    if at is None or at <= now:
        message = "Please choose an hour in the future."
        raise EditorialError(message)
    other = _scheduled(article)
    if other is not None:
        message = f"Revision {other.number} of this article is scheduled already."
        raise EditorialError(message)
    _refuse_late(article, revision, at)
    revision.scheduled_for = at


def _scheduled(article: Article) -> Revision | None:
    return article.revisions.without_words().filter(state=RevisionState.SCHEDULED).first()


def _refuse_late(article: Article, revision: Revision, at: datetime) -> None:
    """Refuse what would never be read: older words than the live ones, or an article that is over by then."""
    # Whose page it is does not matter: the clock that retires articles counts its days in UTC.
    if article.is_expired(timezone.localdate(at, UTC)):
        message = (
            "Readers could not open this article any more: it has expired by then. Change its day first."
        )
        raise EditorialError(message)
    if article.revisions.live().filter(number__gt=revision.number).exists():
        message = "A newer revision is live. To go back to these words, start a new draft from them."
        raise EditorialError(message)


def _publish(by: User | None, article: Article, revision: Revision, now: datetime) -> None:
    _refuse_late(article, revision, now)
    waiting = _scheduled(article)
    if waiting is not None and waiting.number < revision.number:
        message = f"Revision {waiting.number} is scheduled and would be too old by then. Unschedule it first."
        raise EditorialError(message)
    if article.live_id is not None:
        former = Revision.objects.select_for_update().get(pk=article.live_id)
        former.retired_at = now
        _write_state(by, former, RevisionState.PUBLISHED, RevisionState.RETIRED, now)
    revision.published_at = now
    article.live = revision
    article.title, article.summary = revision.title, revision.summary
    article.word_count, article.open_word_count = revision.word_count, revision.open_word_count
    article.is_premium, article.has_premium_sections = revision.is_premium, bool(revision.premium_sections)
    article.published_at = article.published_at or now
    article.save(
        update_fields=[
            "live", "title", "summary", "word_count", "open_word_count", "is_premium", "has_premium_sections",
            "published_at",
        ]
    )  # fmt: skip
    index_words(article=article, revision=revision)
    enqueue("learner_series.relate_article", article.pk)


def index_words(*, article: Article, revision: Revision) -> None:
    """Write what search knows of an article: title, summary, and the words that everybody may read."""
    vector = (
        SearchVector(Value(revision.title), weight="A", config="english")
        + SearchVector(Value(revision.summary), weight="B", config="english")
        + SearchVector(Value(revision.open_text[:_SEARCHED]), weight="D", config="english")
    )
    Article.objects.filter(pk=article.pk).update(search=vector)


def _retire(article: Article, revision: Revision, now: datetime) -> None:
    revision.retired_at = now
    if article.live_id == revision.pk:
        article.live = None
        article.save(update_fields=["live"])
