"""The words of articles: drafts, edits, copies."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.services.audit import record_action
from breakthru.lib.documents import Dropped
from breakthru.lib.richtext import (
    ARTICLE,
    Cleaned,
    clean,
    fact_keys,
    opening,
    strip_invisible,
    without_sections,
)
from learner_series.models import Article, ArticleImage, Credit, FactCard, FactUse, ImageUse, Revision
from learner_series.models.image import image_names
from learner_series.permissions import can_edit_articles, can_edit_revision

EDITED = "revision.edited"
# How much of a Premium article everybody may read, in words: about a minute.
OPENING_WORDS = 180
WORDS = [
    "title", "summary", "html", "text", "outline", "word_count", "open_html", "open_text", "open_word_count",
    "is_premium", "premium_sections", "cleaner_version", "version",
]  # fmt: skip


class EditorialError(ValueError):
    """The step is not open to this person or from this state; the text says why, for people."""


class StaleRevisionError(EditorialError):
    """Somebody changed the words after this person had opened them."""


@dataclass(frozen=True)
class Gate:
    """What is for Premium members: the whole text but its opening, or the sections of these anchors."""

    is_premium: bool = False
    sections: tuple[str, ...] = ()


OPEN = Gate()


def gate_of(revision: Revision) -> Gate:
    """Return what of a revision is for Premium members."""
    return Gate(revision.is_premium, tuple(revision.premium_sections))


def closed_like(*, gate: Gate, other: Gate, cleaned: Cleaned) -> tuple[Gate, list[Dropped]]:
    """Return `gate` made at least as close as `other` for these words, and what to report.

    A section that the words do not have may stand in them by another name, so all of them are closed.
    """
    anchors = {heading.id for heading in cleaned.outline}
    lost = [anchor for anchor in other.sections if anchor not in anchors]
    if lost:
        kind = "Premium sections that are gone, so the whole text is for Premium members until you choose"
        return Gate(is_premium=True), [Dropped(kind, len(lost), ", ".join(lost))]
    if gate.is_premium or other.is_premium:
        return Gate(is_premium=True), []
    return Gate(sections=tuple(dict.fromkeys([*gate.sections, *other.sections]))), []


@transaction.atomic
def create_draft(
    *,
    by: User,
    article: Article,
    title: str,
    summary: str,
    cleaned: Cleaned,
    report: list[dict[str, object]],
    gate: Gate = OPEN,
) -> Revision:
    """Add a draft revision with the next number; readers keep seeing the live one. Raises EditorialError."""
    if not can_edit_articles(by):
        message = "Only editors write drafts."
        raise EditorialError(message)
    # The article's row serializes numbering.
    Article.objects.select_for_update().only("pk").get(pk=article.pk)
    last = article.revisions.aggregate(last=Max("number"))["last"] or 0
    revision = Revision(article=article, number=last + 1, created_by=by, import_report=report)
    _fill(revision, title=title, summary=summary, cleaned=cleaned, gate=gate)
    revision.save()
    _record_uses(revision)
    record_action(by=by, action="revision.created", target=revision)
    return revision


@transaction.atomic
def edit_draft(
    *,
    by: User,
    revision: Revision,
    version: int,
    title: str,
    summary: str,
    html: str,
    gate: Gate | None = None,
) -> Revision:
    """Replace the words of a draft, as `by` opened it at `version`; `gate` None leaves it as it is.

    Raises StaleRevisionError when somebody else saved meanwhile, EditorialError once it is in review.
    """
    locked = Revision.objects.select_for_update().get(pk=revision.pk)
    if not can_edit_revision(by, locked):
        message = "This revision is not a draft any more. Start a new draft from it."
        raise EditorialError(message)
    refuse_stale(revision=locked, version=version)
    cleaned = clean(html, ARTICLE)
    _fill(locked, title=title, summary=summary, cleaned=cleaned, gate=gate or gate_of(locked))
    locked.version += 1
    locked.save(update_fields=WORDS)
    _record_uses(locked)
    record_action(by=by, action=EDITED, target=locked)
    return locked


def refuse_stale(*, revision: Revision, version: int | None) -> None:
    """Raise StaleRevisionError unless `version` (None: whatever it is) is what stands in the database."""
    if version is not None and revision.version != version:
        message = "Somebody else saved this revision after you had opened it."
        raise StaleRevisionError(message)


@transaction.atomic
def copy_to_draft(*, by: User, revision: Revision) -> Revision:
    """Start a new draft with the words of `revision`: to go on writing, or to restore.

    What readers knew last was closed by a decision, so that words from before it come back behind a gate.
    """
    cleaned = clean(revision.html, ARTICLE)
    known = revision.article.revisions.filter(number__gt=revision.number, published_at__isnull=False)
    newer = known.without_words().first()
    gate, lost = closed_like(gate=gate_of(revision), other=gate_of(newer) if newer else OPEN, cleaned=cleaned)
    draft = create_draft(
        by=by,
        article=revision.article,
        title=revision.title,
        summary=revision.summary,
        cleaned=cleaned,
        report=[asdict(dropped) for dropped in lost],
        gate=gate,
    )
    copy_credits(source=revision, target=draft)
    return draft


def copy_credits(*, source: Revision, target: Revision) -> None:
    """Let those who gave to `source` stand on `target`, too."""
    Credit.objects.bulk_create(
        Credit(revision=target, user_id=row.user_id, role=row.role, anchor=row.anchor, path=row.path)
        for row in source.credits.all()
    )


def _fill(revision: Revision, *, title: str, summary: str, cleaned: Cleaned, gate: Gate) -> None:
    _refuse_lost_gate(gate, {heading.id for heading in cleaned.outline})
    public = _open_part(cleaned, gate)
    revision.title, revision.summary = _line(title), _line(summary)
    revision.html, revision.text = cleaned.html, cleaned.text
    revision.outline = [asdict(heading) for heading in cleaned.outline]
    revision.word_count, revision.cleaner_version = cleaned.word_count, cleaned.version
    revision.is_premium, revision.premium_sections = gate.is_premium, list(gate.sections)
    revision.open_html, revision.open_text = public.html, public.text
    revision.open_word_count = public.word_count


def _line(words: str) -> str:
    # What is pasted from Word has signs in it that no XML takes: one of them would stop the Atom feed.
    return " ".join(strip_invisible(words).split())


def _refuse_lost_gate(gate: Gate, anchors: Collection[str]) -> None:
    # A renamed heading must not open a section silently.
    lost = [anchor for anchor in gate.sections if anchor not in anchors]
    if lost:
        message = (
            f"There is no section “{lost[0]}” any more, and it was for Premium members."
            " Please choose its section again."
        )
        raise EditorialError(message)
    if gate.is_premium and gate.sections:
        message = "Choose the whole article or single sections for Premium members, not both."
        raise EditorialError(message)


def _open_part(cleaned: Cleaned, gate: Gate) -> Cleaned:
    if gate.is_premium:
        return clean(opening(cleaned.html, words=OPENING_WORDS), ARTICLE)
    if gate.sections:
        return clean(without_sections(cleaned.html, gate.sections), ARTICLE)
    return cleaned


def _record_uses(revision: Revision) -> None:
    """Write down which fact cards and pictures the words show; raises EditorialError for an unknown card."""
    keys = fact_keys(revision.html)
    cards = FactCard.objects.keyed(keys)
    unknown = [key for key in keys if key not in cards]
    if unknown:
        message = f"There is no fact card “{unknown[0]}”."
        raise EditorialError(message)
    revision.facts.all().delete()
    FactUse.objects.bulk_create(FactUse(revision=revision, card=card) for card in cards.values())
    names, public = image_names(revision.html), image_names(revision.open_html)
    revision.images.all().delete()
    ImageUse.objects.bulk_create(
        ImageUse(revision=revision, image=image, is_open=image.name in public)
        for image in ArticleImage.objects.named(names)
    )
