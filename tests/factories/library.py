"""Articles and revisions."""

from typing import Any

import factory
from django.utils import timezone

from breakthru.lib.richtext import ARTICLE, clean
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision, Series
from learner_series.services.editorial import create_draft, move
from tests.factories.people import staff

HTML = (
    "<p>An opening.</p><h2>First part</h2><p>Words.</p><h3>Inner part</h3><p>More.</p>"
    "<h2>Second part</h2><p>End.</p>"
)


class SeriesFactory(factory.django.DjangoModelFactory[Series]):
    """A series."""

    class Meta:
        model = Series

    title = factory.Sequence(lambda n: f"Series {n}")
    slug = factory.Sequence(lambda n: f"series-{n}")


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """An article without a live revision: nobody can read it yet."""

    class Meta:
        model = Article

    title = factory.Sequence(lambda n: f"Article {n}")
    slug = factory.Sequence(lambda n: f"article-{n}")
    position = factory.Sequence(lambda n: n + 1)


def draft(article: Article | None = None, html: str = HTML, **fields: Any) -> Revision:
    """A draft by a new editor."""
    made: Article = article or ArticleFactory.create(**fields)
    return create_draft(
        by=staff("editor"),
        article=made,
        title=made.title,
        summary="In short.",
        cleaned=clean(html, ARTICLE),
        report=[],
    )


def published(html: str = HTML, **fields: Any) -> Article:
    """An article that readers can open: drafted, reviewed by another editor, published."""
    revision, now = draft(html=html, **fields), timezone.now()
    move(by=revision.created_by, revision=revision, target=RevisionState.IN_REVIEW, now=now)
    reviewer = staff("editor")
    move(by=reviewer, revision=revision, target=RevisionState.APPROVED, now=now)
    move(by=reviewer, revision=revision, target=RevisionState.PUBLISHED, now=now)
    return Article.objects.get(pk=revision.article_id)
