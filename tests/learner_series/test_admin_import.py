"""The staff page that takes a document in."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from breakthru.lib.documents.importing import MAX_BYTES
from learner_series.models import Article, ArticleImage, Revision
from tests.factories.library import SeriesFactory, published
from tests.factories.people import UserFactory, staff
from tests.learner_series.test_importing import DEMO

pytestmark = pytest.mark.django_db

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def editor(client: Client) -> Any:
    """An editor, signed in."""
    person = staff("editor")
    client.force_login(person)
    return person


def url() -> str:
    return reverse("admin:learner_series_article_import_document")


def send(client: Client, name: str, data: bytes, **fields: Any) -> Any:
    upload = SimpleUploadedFile(name, data, WORD)
    return client.post(url(), {"document": upload, "slug": "", "series": "", **fields})


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def zip_bomb() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", 8) as archive:
        archive.writestr("word/document.xml", b" " * 70_000_000)
    return out.getvalue()


def test_import_page_shows_the_form(client: Client, editor: Any) -> None:
    page = client.get(url())
    assert page.status_code == 200
    assert "Choose file to upload" in page.content.decode()


def test_import_of_a_word_document_opens_its_draft(client: Client, editor: Any) -> None:
    series = SeriesFactory.create()
    response = send(client, DEMO.name, DEMO.read_bytes(), series=series.pk)
    revision = Revision.objects.select_related("article").get()
    assert response["Location"] == reverse("admin:learner_series_revision_change", args=[revision.pk])
    assert said(response) == ["“Why a mentor matters” is a draft now, revision 1."]
    assert (revision.article.slug, revision.article.series) == ("why-a-mentor-matters", series)
    assert ArticleImage.objects.count() == 1


def test_import_says_that_something_was_left_out(client: Client, editor: Any) -> None:
    response = send(client, "a.html", b"<h1>Title</h1><p>Words.</p><form><input></form>")
    assert said(response) == [
        "“Title” is a draft now, revision 1.",
        "Not all of the document came over as it was; see the report below.",
    ]
    page = client.get(response["Location"]).content.decode()
    assert "<li>Forms: 1 (such as: &lt;form&gt;)</li>" in page


def test_import_to_a_known_address_makes_a_draft_of_that_article(client: Client, editor: Any) -> None:
    article = published(slug="known")
    send(client, "a.md", b"# New title\n\nNew words.\n", slug="KNOWN")
    after = Article.objects.get()
    assert (after.live_id, after.title) == (article.live_id, article.title)
    assert after.revisions.values_list("number", "title").first() == (2, "New title")


def test_import_takes_the_front_matter(client: Client, editor: Any) -> None:
    series = SeriesFactory.create(slug="getting-in")
    send(client, "a.md", b"---\ntitle: T\nslug: its-own\nseries: getting-in\ntone: 3\n---\nWords.\n")
    assert Article.objects.values_list("slug", "series", "tone").get() == ("its-own", series.pk, 3)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.docx", b"%PDF-1.7", "This is a PDF, not a text that can be edited."),
        ("a.docx", b"PK\x03\x04 broken", "The Word document is damaged and cannot be read."),
        ("a.docx", b"MZ\x90 program", "This is not a Word document, although its name ends in .docx."),
        ("a.exe", b"MZ\x90 program", "Only Word (.docx), Markdown (.md) and HTML (.html) documents"),
        ("a.md", b"PK\x03\x04", "This is not a text file, although its name ends in .md."),
        ("a.md", b"   \n", "The document is empty."),
        ("a.md", b"", "The document is empty."),
        ("a.html", b"a" * (MAX_BYTES + 1), "The document is larger than 20 MB."),
        ("a.docx", zip_bomb(), "The document is far too large when unpacked."),
    ],
    ids=["pdf", "broken", "program", "other kind", "zip", "blank", "empty", "huge", "bomb"],
)
def test_import_refuses_a_bad_document_beside_its_field(
    client: Client, editor: Any, name: str, data: bytes, sentence: str
) -> None:
    page = send(client, name, data, slug="what-i-typed")
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert list(errors) == ["document"]
    assert errors["document"][0].startswith(sentence)
    assert 'value="what-i-typed"' in page.content.decode()
    assert (Article.objects.count(), Revision.objects.count(), ArticleImage.objects.count()) == (0, 0, 0)


def test_import_asks_for_a_document(client: Client, editor: Any) -> None:
    page = client.post(url(), {"slug": "a", "series": ""})
    assert (page.status_code, page.context["form"].errors) == (
        422,
        {"document": ["Please choose a document."]},
    )


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("Series", "This address belongs to another page of the site."),
        ("two words", "Please use letters, numbers and hyphens only."),
    ],
)
def test_import_refuses_an_address_and_asks_for_the_file_again(
    client: Client, editor: Any, slug: str, sentence: str
) -> None:
    page = send(client, "a.md", b"Words.\n", slug=slug)
    assert (page.status_code, page.context["form"].errors) == (422, {"slug": [sentence]})
    assert "Then choose the document again" in page.content.decode()


def test_import_refuses_an_address_of_the_front_matter(client: Client, editor: Any) -> None:
    page = send(client, "a.md", b"---\nslug: series\n---\nWords.\n")
    assert page.status_code == 422
    assert page.context["form"].errors["slug"][0].startswith("“series” cannot be the address of an article.")
    assert Article.objects.count() == 0


def test_import_leaves_a_known_article_in_its_place(client: Client, editor: Any) -> None:
    series = SeriesFactory.create()
    published(slug="known", title="Known")
    page = send(client, "a.md", b"Words.\n", slug="known", series=series.pk)
    assert (
        page.context["form"].errors["series"][0].startswith("“Known” is there already and keeps its place.")
    )
    assert Revision.objects.count() == 1


def test_import_accepts_the_series_that_a_known_article_has(client: Client, editor: Any) -> None:
    series = SeriesFactory.create()
    published(slug="known", series=series)
    send(client, "a.md", b"Words.\n", slug="known", series=series.pk)
    assert Revision.objects.count() == 2


@pytest.mark.parametrize("rights", [[], ["add_article", "view_article"], ["change_revision"]])
def test_import_is_for_editors(client: Client, rights: list[str]) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)
    assert send(client, "a.md", b"Words.\n").status_code == 403
    assert Article.objects.count() == 0
