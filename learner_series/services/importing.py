"""Import a document into a clean draft."""

from dataclasses import asdict

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from breakthru.lib.documents import Imported, import_document
from learner_series.models import Article, ArticleImage, Revision, Series
from learner_series.services.editorial import create_draft

IMAGE_PREFIX = "/learn/images/"


def read_document(*, name: str, data: bytes) -> Imported:
    """Read a .docx, Markdown or HTML file; raises breakthru.lib.documents.DocumentError with a plain sentence."""
    return import_document(name, data)


@transaction.atomic
def import_draft(*, by: User, article: Article, imported: Imported) -> Revision:
    """Keep the pictures and add a draft with the document's words and the report of what was dropped."""
    for image in imported.images:
        _keep_image(image.name, image.content_type, image.data, image.width, image.height)
    return create_draft(
        by=by,
        article=article,
        title=imported.title[:160],
        summary=imported.summary[:400],
        cleaned=imported.cleaned,
        report=[asdict(dropped) for dropped in imported.report],
    )


@transaction.atomic
def import_article(*, by: User, imported: Imported, slug: str, series: Series | None) -> Revision:
    """Import into the article of `slug`, or into a new article at the end of `series`."""
    slug = slug or slugify(imported.title)[:80].strip("-") or "article"
    article = Article.objects.filter(slug=slug).first()
    if article is None:
        position = Article.objects.next_position(series)
        article = Article.objects.create(
            slug=slug, series=series, position=position, title=imported.title[:160], summary=imported.summary[:400]
        )
    return import_draft(by=by, article=article, imported=imported)


def _keep_image(name: str, content_type: str, data: bytes, width: int, height: int) -> None:
    if ArticleImage.objects.filter(pk=name).exists():
        return
    image = ArticleImage(name=name, content_type=content_type, width=width, height=height)
    # Named by its bytes: a second import or a crash after this line leaves the same file, not another.
    if not image.file.storage.exists(f"articles/{name}"):
        image.file.storage.save(f"articles/{name}", ContentFile(data))
    image.file.name = f"articles/{name}"
    image.save(force_insert=True)
