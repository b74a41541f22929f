"""What the migrations make of rows that were there before them."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from breakthru.lib.richtext import ARTICLE, clean
from learner_series.models import Article, ImageUse, PageVersion, PlainPage, Revision
from learner_series.services.pages import PageWords, change_page
from tests.factories.library import draft, picture, published
from tests.factories.people import staff

pytestmark = pytest.mark.django_db
OPEN_PARTS = import_module("learner_series.migrations.0003_open_parts")
FIRST_PAGES = import_module("learner_series.migrations.0005_first_pages")
NEW_PAGES = import_module("learner_series.migrations.0007_pages_of_safety")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


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


def test_new_words_of_the_site_come_where_nobody_changed_the_first(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NOON, tick=False)
    editor = staff("editor")
    PlainPage.objects.all().delete()
    FIRST_PAGES.write_pages(apps, None)
    old = {"title": "Old", "summary": "Old.", "html": "<p>Old.</p>"}
    PlainPage.objects.filter(slug__in=["safety", "terms"]).update(**old)
    PageVersion.objects.filter(page__slug="safety").update(**old)
    terms = PlainPage.objects.get(slug="terms")
    own = PageWords("Our terms", "In short.", "<p>Ours.</p>")
    change_page(by=editor, page=terms, words=own, opened=1, now=NOON)
    for _ in range(2):
        NEW_PAGES.renew_pages(apps, None)
    safety = PlainPage.objects.get(slug="safety")
    assert (safety.title, safety.version, safety.changed_at) == ("Staying safe", 2, NOON)
    assert safety.headings == clean(safety.html, ARTICLE).outline
    assert [(row.number, row.title, row.by) for row in safety.versions.all()] == [
        (2, "Staying safe", None),
        (1, "Old", None),
    ]
    terms.refresh_from_db()
    # A new site has them from the start.
    assert (terms.title, terms.version, PlainPage.objects.get(slug="privacy").version) == ("Our terms", 2, 1)
    client.force_login(editor)
    page = client.get(reverse("admin:learner_series_plainpage_change", args=[safety.pk])).content.decode()
    assert (page.count("Came with the site"), "A former member" in page) == (2, False)
