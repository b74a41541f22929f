"""The words of plain pages: each change is a version, and stands in the audit log."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record_action
from breakthru.lib.richtext import ARTICLE, Cleaned, clean
from learner_series.models import PageVersion, PlainPage
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError


class StalePageError(EditorialError):
    """Somebody changed the page after this person had opened it."""


@dataclass(frozen=True)
class PageWords:
    """What an editor typed; `html` is not yet cleaned, `note` tells staff what changed."""

    title: str
    summary: str
    html: str
    note: str = ""


@transaction.atomic
def change_page(*, by: User, page: PlainPage, words: PageWords, opened: int, now: datetime) -> PlainPage:
    """Write new words over version `opened` of `page`; the same words again change nothing.

    Raises StalePageError when the page says something newer, EditorialError for others than editors.
    """
    if not can_edit_articles(by):
        message = "Only editors change the plain pages."
        raise EditorialError(message)
    locked = PlainPage.objects.select_for_update().get(pk=page.pk)
    if locked.version != opened:
        message = "Somebody changed this page after you had opened it. Please look at theirs first."
        raise StalePageError(message)
    cleaned = clean(words.html, ARTICLE)
    if (locked.title, locked.summary, locked.html) == (words.title, words.summary, cleaned.html):
        return locked
    _write(locked, words, cleaned, now)
    PageVersion.objects.create(
        page=locked,
        number=locked.version,
        title=locked.title,
        summary=locked.summary,
        html=locked.html,
        note=words.note,
        by=by,
        at=now,
    )
    record_action(by=by, action="plainpage.changed", target=locked, reason=f"version {locked.version}")
    return locked


def _write(page: PlainPage, words: PageWords, cleaned: Cleaned, now: datetime) -> None:
    page.title, page.summary, page.html = words.title, words.summary, cleaned.html
    page.outline = [asdict(heading) for heading in cleaned.outline]
    page.cleaner_version = cleaned.version
    page.version += 1
    page.changed_at = now
    page.save(
        update_fields=["title", "summary", "html", "outline", "cleaner_version", "version", "changed_at"]
    )
