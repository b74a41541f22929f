"""What the migrations make of rows that were there before them."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from learner_series.models import Article, ImageUse, Revision
from tests.factories.library import draft, picture, published

pytestmark = pytest.mark.django_db
OPEN_PARTS = import_module("learner_series.migrations.0003_open_parts")


def run(step: str) -> None:
    """One step of the migration, on today's tables."""
    function: Any = getattr(OPEN_PARTS, step)
    with connection.schema_editor() as editor:
        function(apps, editor)


def test_every_text_of_before_is_open_as_a_whole() -> None:
    revisions = [draft(), published().live]
    Revision.objects.update(open_html="", open_text="", open_word_count=0)
    run("open_everything")
    for revision in Revision.objects.all():
        assert revision in revisions
        assert (revision.open_html, revision.open_text) == (revision.html, revision.text)
        assert revision.open_word_count == revision.word_count == 11


def test_live_texts_of_before_can_be_found() -> None:
    article = published(title="Choosing schools", html="<p>Distances matter.</p>")
    soon = draft(title="Distances to come").article
    Article.objects.update(search=None, open_word_count=0)
    run("index_live_texts")
    for words in ("choose", "short", "distance"):
        assert list(Article.objects.search(words)) == [article]
    article.refresh_from_db()
    soon.refresh_from_db()
    assert (article.open_word_count, soon.search) == (article.word_count, None)


def test_pictures_of_texts_of_before_are_known_and_open() -> None:
    image = picture("a.webp")
    shown = f'<figure><img src="{image.get_absolute_url()}" alt="Roads"></figure>'
    revision = draft(html=f"<p>Hi.</p>{shown}{shown}<p><img src='/learn/images/gone.webp' alt='x'></p>")
    draft()
    ImageUse.objects.all().delete()
    run("note_pictures")
    assert list(ImageUse.objects.values_list("revision", "image", "is_open")) == [
        (revision.pk, "a.webp", True)
    ]
