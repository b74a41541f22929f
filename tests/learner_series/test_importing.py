"""A document becomes a draft, whole or not at all."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from breakthru.lib.documents import DocumentError, Imported
from breakthru.lib.richtext import fact_keys
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, ArticleImage, Revision
from learner_series.services.editorial import EditorialError
from learner_series.services.front_matter import FrontMatter
from learner_series.services.importing import import_article, import_draft, read_document, slug_for
from tests.factories.library import ArticleFactory, FactCardFactory, SeriesFactory, published
from tests.factories.people import UserFactory, staff

DEMO = Path(__file__).resolve().parents[2] / "demo" / "articles" / "why-a-mentor-matters.docx"

pytestmark = pytest.mark.django_db


def markdown(text: str = "# A title\n\nWords.\n") -> Imported:
    return read_document(name="a.md", data=text.encode())


def with_picture() -> Imported:
    out = BytesIO()
    Pillow.new("RGB", (3, 2), "red").save(out, "PNG")
    encoded = base64.b64encode(out.getvalue()).decode()
    page = f'<h1>Seen</h1><p>Words.</p><p><img src="data:image/png;base64,{encoded}" alt="A red field"></p>'
    return read_document(name="seen.html", data=page.encode())


def test_read_document_refuses_what_it_cannot_read() -> None:
    with pytest.raises(DocumentError, match=r"This is a PDF"):
        read_document(name="a.docx", data=b"%PDF-1.7 x")


def test_import_article_makes_an_article_and_its_first_draft() -> None:
    editor = staff("editor")
    revision = import_article(by=editor, imported=markdown(), slug="", series=None)
    article = Article.objects.get()
    assert (article.slug, article.title, article.live, article.position) == ("a-title", "A title", None, 1)
    assert (revision.article, revision.number, revision.state) == (article, 1, RevisionState.DRAFT)
    assert (revision.html, revision.import_report, revision.created_by) == ("<p>Words.</p>", [], editor)


def test_import_article_goes_to_the_end_of_its_series() -> None:
    series = SeriesFactory.create()
    ArticleFactory.create(series=series, position=4)
    revision = import_article(by=staff("editor"), imported=markdown(), slug="new", series=series)
    assert (revision.article.series, revision.article.position) == (series, 5)


def test_import_article_with_a_known_address_leaves_the_live_text_and_place() -> None:
    article = published(slug="known", position=7)
    series = SeriesFactory.create()
    about = FrontMatter({"tone": "5", "series": series.slug})
    imported = markdown("# Another title\n\nNew words.\n")
    revision = import_article(by=staff("editor"), imported=imported, slug="known", series=None, about=about)
    after = Article.objects.get()
    assert (revision.number, revision.title, revision.state) == (2, "Another title", RevisionState.DRAFT)
    assert (after.live_id, after.title, after.series, after.position) == (
        article.live_id,
        article.title,
        None,
        7,
    )
    assert after.tone == article.tone


def test_import_article_takes_address_and_series_from_the_front_matter() -> None:
    series = SeriesFactory.create(slug="getting-in")
    about = FrontMatter({"slug": "own-address", "series": "getting-in", "tone": "2"})
    revision = import_article(by=staff("editor"), imported=markdown(), slug="", series=None, about=about)
    article = revision.article
    assert (article.slug, article.series, Article.objects.get().tone) == ("own-address", series, 2)


def test_import_article_prefers_what_the_editor_chose() -> None:
    SeriesFactory.create(slug="getting-in")
    chosen = SeriesFactory.create()
    about = FrontMatter({"slug": "own-address", "series": "getting-in"})
    revision = import_article(
        by=staff("editor"), imported=markdown(), slug="mine", series=chosen, about=about
    )
    assert (revision.article.slug, revision.article.series) == ("mine", chosen)


def test_import_article_reports_what_the_front_matter_names_in_vain() -> None:
    about = FrontMatter({"series": "nowhere", "topics": "unheard-of"})
    revision = import_article(by=staff("editor"), imported=markdown(), slug="", series=None, about=about)
    assert revision.import_report == [
        {"kind": "Unknown series", "count": 1, "example": "nowhere"},
        {"kind": "Unknown topics", "count": 1, "example": "unheard-of"},
    ]


@pytest.mark.parametrize("slug", ["series", "feed.xml", "two words", "Upper", "x" * 81])
def test_import_article_refuses_an_address_that_is_none(slug: str) -> None:
    with pytest.raises(EditorialError, match="cannot be the address"):
        import_article(by=staff("editor"), imported=markdown(), slug=slug, series=None)
    assert Article.objects.count() == 0


def test_import_article_saves_nothing_for_who_may_not_edit() -> None:
    with pytest.raises(EditorialError, match="Only editors write drafts"):
        import_article(by=UserFactory.create(), imported=with_picture(), slug="", series=None)
    assert (Article.objects.count(), Revision.objects.count(), ArticleImage.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Two Roads, One Place", "two-roads-one-place"), ("Series", "article-series"), ("?!", "article")],
)
def test_slug_for_gives_every_title_an_address(title: str, slug: str) -> None:
    assert slug_for(title) == slug


def test_slug_for_fits_the_column() -> None:
    assert slug_for("a" * 79 + " b") == "a" * 79


def test_import_draft_keeps_pictures_where_the_text_shows_them() -> None:
    revision = import_article(by=staff("editor"), imported=with_picture(), slug="", series=None)
    image = ArticleImage.objects.get()
    assert f'src="/learn/images/{image.name}"' in revision.html
    assert (image.content_type, image.width, image.height) == ("image/webp", 3, 2)
    with image.file.open() as file:
        assert file.read(4) == b"RIFF"


def test_import_draft_keeps_the_same_picture_once() -> None:
    editor = staff("editor")
    for _ in range(2):
        import_article(by=editor, imported=with_picture(), slug="", series=None)
    assert (ArticleImage.objects.count(), Revision.objects.count(), Article.objects.count()) == (1, 2, 1)


def test_import_draft_shortens_what_does_not_fit_and_says_so() -> None:
    title, summary = "T" * 170, "s" * 450
    imported = markdown(f"---\ntitle: {title}\nsummary: {summary}\n---\nWords.\n")
    revision = import_draft(by=staff("editor"), article=ArticleFactory.create(), imported=imported)
    assert (len(revision.title), len(revision.summary)) == (160, 400)
    assert revision.import_report == [
        {"kind": "Title beyond 160 characters", "count": 1, "example": "T" * 10},
        {"kind": "Summary beyond 400 characters", "count": 1, "example": "s" * 50},
    ]


def test_import_draft_of_the_demo_document() -> None:
    imported = read_document(name=DEMO.name, data=DEMO.read_bytes())
    revision = import_article(by=staff("editor"), imported=imported, slug="", series=None)
    assert (revision.article.slug, revision.title) == ("why-a-mentor-matters", "Why a mentor matters")
    assert revision.import_report == []
    assert revision.word_count > 1500


def test_a_picture_that_was_cut_short_is_written_anew() -> None:
    imported = with_picture()
    [image] = imported.images
    path = f"articles/{image.name}"
    # The tests' storage lives as long as their process: another test may have kept the whole picture.
    default_storage.delete(path)
    default_storage.save(path, ContentFile(image.data[:10]))

    import_article(by=staff("editor"), imported=imported, slug="", series=None)

    with ArticleImage.objects.get().file.open() as file:
        assert file.read() == image.data


def test_import_draft_leaves_out_fact_cards_that_there_are_not() -> None:
    FactCardFactory.create(key="known")
    imported = markdown("# A title\n\nWords.\n\n{{fact: known}}\n\n{{fact: gone}}\n")

    revision = import_draft(by=staff("editor"), article=ArticleFactory.create(), imported=imported)

    assert (fact_keys(revision.html), [row["kind"] for row in revision.import_report]) == (
        ("known",),
        ["Unknown fact cards"],
    )


def test_import_article_puts_related_articles_behind_it_and_reports_the_others() -> None:
    other = published(slug="other")
    about = FrontMatter({"slug": "new", "related": "nowhere, other"})

    revision = import_article(by=staff("editor"), imported=markdown(), slug="", series=None, about=about)

    assert [row.other for row in revision.article.related_links.all()] == [other]
    assert [row["kind"] for row in revision.import_report] == ["Unknown related articles"]
