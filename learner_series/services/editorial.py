"""The editorial loop: drafts, review, publication."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.services.audit import has_acted, record_action
from breakthru.lib.richtext import ARTICLE, Cleaned, clean
from learner_series.lifecycle import RevisionState, can_move
from learner_series.models import Article, Revision, RevisionEvent
from learner_series.permissions import can_approve_revision, can_edit_articles, can_edit_revision

EDITED = "revision.edited"


class EditorialError(ValueError):
    """The step is not open to this person or from this state; the text says why, for people."""


def _fill(revision: Revision, *, title: str, summary: str, cleaned: Cleaned) -> None:
    revision.title, revision.summary = title, summary
    revision.html, revision.text = cleaned.html, cleaned.text
    revision.outline = [asdict(heading) for heading in cleaned.outline]
    revision.word_count, revision.cleaner_version = cleaned.word_count, cleaned.version


@transaction.atomic
def create_draft(
    *, by: User, article: Article, title: str, summary: str, cleaned: Cleaned, report: list[dict[str, object]]
) -> Revision:
    """Add a draft revision with the next number; readers keep seeing the live one."""
    if not can_edit_articles(by):
        message = "Only editors write drafts."
        raise EditorialError(message)
    # The article's row serializes numbering.
    Article.objects.select_for_update().get(pk=article.pk)
    last = article.revisions.aggregate(last=Max("number"))["last"] or 0
    revision = Revision(article=article, number=last + 1, created_by=by, import_report=report)
    _fill(revision, title=title, summary=summary, cleaned=cleaned)
    revision.save()
    record_action(by=by, action="revision.created", target=revision)
    return revision


@transaction.atomic
def edit_draft(*, by: User, revision: Revision, title: str, summary: str, html: str) -> Revision:
    """Replace the words of a draft; raises EditorialError once it is in review or later."""
    locked = Revision.objects.select_for_update().get(pk=revision.pk)
    if not can_edit_revision(by, locked):
        message = "This revision is not a draft any more. Start a new draft from it."
        raise EditorialError(message)
    _fill(locked, title=title, summary=summary, cleaned=clean(html, ARTICLE))
    locked.save(
        update_fields=["title", "summary", "html", "text", "outline", "word_count", "cleaner_version"]
    )
    record_action(by=by, action=EDITED, target=locked)
    return locked


@transaction.atomic
def copy_to_draft(*, by: User, revision: Revision) -> Revision:
    """Start a new draft with the words of `revision`: to go on writing, or to restore."""
    cleaned = clean(revision.html, ARTICLE)
    return create_draft(
        by=by,
        article=revision.article,
        title=revision.title,
        summary=revision.summary,
        cleaned=cleaned,
        report=[],
    )


@transaction.atomic
def move(*, by: User, revision: Revision, target: RevisionState, now: datetime) -> Revision:
    """Take one step of the transition table; the only writer of `Revision.state`.

    Publishing makes the revision live at once and retires the one before. Raises EditorialError.
    """
    article = Article.objects.select_for_update().get(pk=revision.article_id)
    locked = Revision.objects.select_for_update().get(pk=revision.pk)
    source = RevisionState(locked.state)
    if not can_edit_articles(by) or not can_move(source, target):
        message = f"A revision can't go from “{source.label}” to “{target.label}”."
        raise EditorialError(message)
    if target == RevisionState.APPROVED:
        _approve(by, locked, now)
    elif target == RevisionState.PUBLISHED:
        _publish(by, article, locked, now)
    elif target == RevisionState.RETIRED:
        _retire(article, locked, now)
    elif target == RevisionState.DRAFT:
        locked.approved_by = locked.approved_at = None
    _write_state(by, locked, source, target, now)
    return locked


def _write_state(
    by: User, revision: Revision, source: RevisionState, target: RevisionState, now: datetime
) -> None:
    revision.state = target
    revision.save(update_fields=["state", "approved_by", "approved_at", "published_at", "retired_at"])
    RevisionEvent.objects.create(revision=revision, source=source, target=target, by=by, at=now)
    record_action(by=by, action=f"revision.{target}", target=revision)


def _approve(by: User, revision: Revision, now: datetime) -> None:
    if not can_approve_revision(by, revision) or has_acted(by=by, action=EDITED, target=revision):
        message = "Someone other than the author approves a revision."
        raise EditorialError(message)
    revision.approved_by, revision.approved_at = by, now


def _publish(by: User, article: Article, revision: Revision, now: datetime) -> None:
    if article.live_id is not None:
        former = Revision.objects.select_for_update().get(pk=article.live_id)
        former.retired_at = now
        _write_state(by, former, RevisionState.PUBLISHED, RevisionState.RETIRED, now)
    revision.published_at = now
    article.live = revision
    article.title, article.summary, article.word_count = revision.title, revision.summary, revision.word_count
    article.published_at = article.published_at or now
    article.save(update_fields=["live", "title", "summary", "word_count", "published_at"])


def _retire(article: Article, revision: Revision, now: datetime) -> None:
    revision.retired_at = now
    if article.live_id == revision.pk:
        article.live = None
        article.save(update_fields=["live"])
