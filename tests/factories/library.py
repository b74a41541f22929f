"""Articles and revisions, and what editors keep beside them: facts, pictures, dates, next steps."""

from datetime import date
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from breakthru.lib.richtext import ARTICLE, clean
from learner_series.lifecycle import RevisionState
from learner_series.models import (
    Article,
    ArticleImage,
    CalendarEntry,
    FactCard,
    NextStep,
    Revision,
    Series,
)
from learner_series.services.editorial import OPEN, Gate, create_draft
from learner_series.services.publishing import move
from tests.factories.people import UserFactory, staff

HTML = (
    "<p>An opening.</p><h2>First part</h2><p>Words.</p><h3>Inner part</h3><p>More.</p>"
    "<h2>Second part</h2><p>End.</p>"
)
PICTURE = b"RIFF\x00\x00\x00\x00WEBP, or nearly so"


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


def draft(article: Article | None = None, html: str = HTML, gate: Gate = OPEN, **fields: Any) -> Revision:
    """A draft by a new editor; `fields` are those of its article."""
    made: Article = article or ArticleFactory.create(**fields)
    return create_draft(
        by=staff("editor"),
        article=made,
        title=made.title,
        summary=made.summary or "In short.",
        cleaned=clean(html, ARTICLE),
        report=[],
        gate=gate,
    )


def moved(revision: Revision, *targets: RevisionState, **more: Any) -> Revision:
    """The revision after the steps to `targets`, each by a new editor; `more` goes to the service."""
    for target in targets:
        step = {"by": staff("editor"), "now": timezone.now(), **more}
        revision = move(revision=revision, target=target, **step)
    return revision


def approved(article: Article | None = None, html: str = HTML, gate: Gate = OPEN, **fields: Any) -> Revision:
    """A revision that was drafted, and reviewed by another editor."""
    return moved(draft(article, html, gate, **fields), RevisionState.IN_REVIEW, RevisionState.APPROVED)


def published(html: str = HTML, gate: Gate = OPEN, **fields: Any) -> Article:
    """An article that readers can open: drafted, reviewed by another editor, published."""
    revision = moved(approved(html=html, gate=gate, **fields), RevisionState.PUBLISHED)
    return Article.objects.get(pk=revision.article_id)


def republished(article: Article, html: str = HTML, gate: Gate = OPEN) -> Article:
    """The article with new words, drafted, reviewed and published as the first were."""
    moved(approved(article, html, gate), RevisionState.PUBLISHED)
    return Article.objects.get(pk=article.pk)


def picture(name: str = "0123456789abcdef.webp") -> ArticleImage:
    """A picture with its file, shown by no text."""
    made = ArticleImage(name=name, content_type="image/webp", width=10, height=10)
    made.file.save(name, ContentFile(PICTURE), save=False)
    made.save(force_insert=True)
    return made


class FactCardFactory(factory.django.DjangoModelFactory[FactCard]):
    """A rule that was checked this year and holds until the end of the next."""

    class Meta:
        model = FactCard

    key = factory.Sequence(lambda n: f"fact-{n}")
    rule = factory.Sequence(lambda n: f"Rule {n}")
    value = "Three times in one year."
    source_name = "The rule itself"
    source_url = "https://example.org/rule"
    checked_on = date(2026, 11, 1)
    review_on = date(2027, 12, 31)
    owner = factory.SubFactory(UserFactory)


class CalendarEntryFactory(factory.django.DjangoModelFactory[CalendarEntry]):
    """Submission opens at the end of May."""

    class Meta:
        model = CalendarEntry

    key = factory.Sequence(lambda n: f"entry-{n}")
    kind = "amcas-submit"
    title = "AMCAS submission opens"
    starts_on = date(2027, 5, 27)
    ends_on = factory.SelfAttribute("starts_on")
    source_name = "The calendar itself"
    source_url = "https://example.org/calendar"
    checked_on = date(2026, 11, 1)


class NextStepFactory(factory.django.DjangoModelFactory[NextStep]):
    """A step for everybody at any time, to a page of its own."""

    class Meta:
        model = NextStep

    title = factory.Sequence(lambda n: f"Step {n:03}")
    text = "It helps."
    link_text = "Go on"
    href = factory.Sequence(lambda n: f"/step-{n}/")
