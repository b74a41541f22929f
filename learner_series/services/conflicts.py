"""Two editors at once: nobody's words are lost, and each is told of the other."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from accounts.models import AuditEntry, User
from breakthru.lib.richtext import ARTICLE, clean
from learner_series.models import Revision
from learner_series.services.editorial import (
    EDITED,
    OPEN,
    Gate,
    closed_like,
    copy_credits,
    create_draft,
    gate_of,
)

# How long somebody counts as there after their page last said so; it says so every minute.
PRESENT = timedelta(seconds=150)


@transaction.atomic
def keep_as_draft(
    *, by: User, revision: Revision, title: str, summary: str, html: str, gate: Gate = OPEN
) -> Revision:
    """Save words that came too late for `revision` as a draft of their own. Raises EditorialError.

    What somebody closed meanwhile stays closed in it.
    """
    cleaned = clean(html, ARTICLE)
    now = Revision.objects.without_words().get(pk=revision.pk)
    gate, lost = closed_like(gate=gate, other=gate_of(now), cleaned=cleaned)
    draft = create_draft(
        by=by,
        article=revision.article,
        title=title,
        summary=summary,
        cleaned=cleaned,
        report=[asdict(dropped) for dropped in lost],
        gate=gate,
    )
    copy_credits(source=revision, target=draft)
    return draft


def last_edit(*, revision: Revision) -> AuditEntry | None:
    """Return who saved the words last and when, as the log has it; None when nobody did since they began."""
    target = f"{revision._meta.label_lower}:{revision.pk}"
    rows = AuditEntry.objects.filter(target=target, action=EDITED).select_related("actor")
    return rows.order_by("-at", "-pk").first()


def note_presence(*, by: User, revision: Revision, now: datetime) -> list[str]:
    """Remember that `by` has the draft open; return the names of others who do.

    It lives in the cache: two who ask in the same instant may miss each other once, and without the cache
    everybody seems to be alone.
    """
    key = f"revision-open:{revision.pk}"
    seen: dict[int, tuple[str, datetime]] = cache.get(key) or {}
    others = {pk: row for pk, row in seen.items() if pk != by.pk and row[1] > now - PRESENT}
    cache.set(key, {**others, by.pk: (by.display_name, now)}, PRESENT.total_seconds())
    return sorted(name for name, _ in others.values())
