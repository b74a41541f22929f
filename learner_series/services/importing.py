"""Import a document into a clean draft."""

from collections.abc import Iterable
from dataclasses import asdict

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from breakthru.lib.documents import Dropped, Imported, import_document
from breakthru.lib.images import Image
from breakthru.lib.richtext import ARTICLE, Cleaned, clean, drop_facts, fact_keys
from learner_series.models import Article, ArticleImage, FactCard, Revision, Series
from learner_series.models.article import RESERVED_SLUGS
from learner_series.services.editorial import (
    OPEN,
    EditorialError,
    Gate,
    closed_like,
    create_draft,
    gate_of,
)
from learner_series.services.front_matter import FrontMatter, describe_article, described_gate, find_series

MAX_TITLE, MAX_SUMMARY, MAX_SLUG = 160, 400, 80


def read_document(*, name: str, data: bytes) -> Imported:
    """Read a .docx, Markdown or HTML file; raises DocumentError with a sentence for people."""
    return import_document(name, data)


@transaction.atomic
def import_draft(
    *, by: User, article: Article, imported: Imported, extra: Iterable[Dropped] = (), gate: Gate = OPEN
) -> Revision:
    """Keep the pictures and add a draft with the document's words and the report of what was dropped.

    `extra` joins the report; `gate` says what is for Premium members. Raises EditorialError when `by` may
    not write drafts.
    """
    report = [*imported.report, *_shortened(imported), *extra]
    cleaned, unknown = _without_unknown_facts(imported.cleaned)
    for image in imported.images:
        _keep_image(image)
    return create_draft(
        by=by,
        article=article,
        title=imported.title[:MAX_TITLE],
        summary=imported.summary[:MAX_SUMMARY],
        cleaned=cleaned,
        report=[asdict(dropped) for dropped in [*report, *unknown]],
        gate=gate,
    )


def _without_unknown_facts(cleaned: Cleaned) -> tuple[Cleaned, list[Dropped]]:
    keys = fact_keys(cleaned.html)
    known = FactCard.objects.keyed(keys)
    unknown = [key for key in keys if key not in known]
    if not unknown:
        return cleaned, []
    return (
        clean(drop_facts(cleaned.html, unknown), ARTICLE),
        [Dropped("Unknown fact cards", len(unknown), ", ".join(unknown))],
    )


@transaction.atomic
def import_article(
    *, by: User, imported: Imported, slug: str, series: Series | None, about: FrontMatter | None = None
) -> Revision:
    """Import into the article of `slug`, or into a new article at the end of `series`.

    Without a slug the document's own title names the article. `about` (a front matter) fills what the
    caller left open, and only where the article is new. Raises EditorialError.
    """
    about = about or FrontMatter()
    slug = slug or about.get("slug") or slug_for(imported.title)
    if slug in RESERVED_SLUGS or slugify(slug) != slug or len(slug) > MAX_SLUG:
        message = f"“{slug}” cannot be the address of an article. Use letters, numbers and hyphens."
        raise EditorialError(message)
    unknown: list[Dropped] = []
    if series is None:
        series, unknown = find_series(about)
    if series is not None:
        # The series' row serializes places.
        Series.objects.select_for_update().get(pk=series.pk)
    article, is_new = Article.objects.get_or_create(
        slug=slug,
        defaults={
            "series": series,
            "position": Article.objects.next_position(series),
            "title": imported.title[:MAX_TITLE],
            "summary": imported.summary[:MAX_SUMMARY],
        },
    )
    extra = [*unknown, *describe_article(article=article, about=about)] if is_new else []
    gate = described_gate(about)
    lost: list[Dropped] = []
    if not is_new and gate == OPEN:
        gate, lost = _gate_before(article, imported.cleaned)
    return import_draft(by=by, article=article, imported=imported, extra=[*extra, *lost], gate=gate)


def _gate_before(article: Article, cleaned: Cleaned) -> tuple[Gate, list[Dropped]]:
    """Return the gate of the newest revision: a document that says nothing must not open what was closed."""
    newest = article.revisions.without_words().first()
    return closed_like(gate=OPEN, other=gate_of(newest) if newest else OPEN, cleaned=cleaned)


def slug_for(title: str) -> str:
    """Return the address that a title makes; never empty, never one of the site's own."""
    slug = slugify(title)[:MAX_SLUG].strip("-_")
    return f"article-{slug}" if slug in RESERVED_SLUGS else slug or "article"


def _shortened(imported: Imported) -> list[Dropped]:
    fields = (("Title", imported.title, MAX_TITLE), ("Summary", imported.summary, MAX_SUMMARY))
    return [
        Dropped(f"{name} beyond {limit} characters", 1, words[limit:])
        for name, words, limit in fields
        if len(words) > limit
    ]


def _keep_image(image: Image) -> None:
    path = f"articles/{image.name}"
    kept = ArticleImage(
        name=image.name, content_type=image.content_type, width=image.width, height=image.height
    )
    storage = kept.file.storage
    # Named by its bytes, so a second import finds it. One that was cut short is written anew.
    if storage.exists(path) and storage.size(path) != len(image.data):
        storage.delete(path)
    if not storage.exists(path):
        storage.save(path, ContentFile(image.data))
    kept.file.name = path
    ArticleImage.objects.bulk_create([kept], ignore_conflicts=True)
