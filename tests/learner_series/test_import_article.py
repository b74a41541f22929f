"""`manage.py import_article FILE`."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision
from tests.factories.library import SeriesFactory, published
from tests.factories.people import TopicFactory, UserFactory, staff

TEXT = """---
title: Two roads
summary: Which to take.
slug: two-roads
topics: mcat, unheard-of
---

Some words.
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A Markdown document."""
    path = tmp_path / "roads.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_article", str(path), *options, stdout=out)
    return out.getvalue()


def test_import_article_makes_a_draft_and_reports(document: Path) -> None:
    editor = staff("editor")
    TopicFactory.create(slug="mcat")
    said = run(document, "--by", editor.email.upper())
    revision = Revision.objects.get()
    assert (revision.article.slug, revision.state, revision.created_by_id) == (
        "two-roads",
        RevisionState.DRAFT,
        editor.pk,
    )
    assert said.splitlines() == [
        "“Two roads”, revision 1, draft: 2 words",
        "Address: /learn/two-roads/",
        "Left out: Unknown topics, 1 times (such as: unheard-of)",
    ]


def test_import_article_says_when_nothing_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "plain.md"
    path.write_text("# Plain\n\nWords.\n", encoding="utf-8")
    assert run(path, "--by", staff("editor").email).splitlines()[-1] == "Nothing was left out."


def test_import_article_reports_a_kind_without_an_example(tmp_path: Path) -> None:
    path = tmp_path / "plain.html"
    path.write_text("<h1>Plain</h1><p onclick=x>Words.</p><script>x</script>", encoding="utf-8")
    said = run(path, "--by", staff("editor").email).splitlines()
    assert said[-1].startswith("Left out: ")


def test_import_article_uses_slug_and_series(document: Path) -> None:
    series = SeriesFactory.create(slug="getting-in")
    run(document, "--by", staff("editor").email, "--slug", "mine", "--series", "getting-in")
    article = Article.objects.get()
    assert (article.slug, article.series) == ("mine", series)


def test_import_article_takes_the_first_administrator_when_nobody_is_named(document: Path) -> None:
    UserFactory.create(is_staff=True, is_superuser=True, is_active=False)
    first = UserFactory.create(is_staff=True, is_superuser=True)
    UserFactory.create(is_staff=True, is_superuser=True)
    run(document)
    assert Revision.objects.get().created_by == first


def test_import_article_twice_makes_two_drafts(document: Path) -> None:
    editor = staff("editor")
    for _ in range(2):
        run(document, "--by", editor.email)
    assert sorted(Revision.objects.values_list("article__slug", "number")) == [
        ("two-roads", 1),
        ("two-roads", 2),
    ]


def test_import_article_publishes_with_a_second_editor(document: Path) -> None:
    writer, reviewer = staff("editor"), staff("editor")
    said = run(document, "--by", writer.email, "--publish", "--reviewer", reviewer.email)
    live = Article.objects.select_related("live").get().live
    assert live is not None
    assert (live.state, live.created_by_id, live.approved_by_id) == (
        RevisionState.PUBLISHED,
        writer.pk,
        reviewer.pk,
    )
    assert said.splitlines()[0] == "“Two roads”, revision 1, published: 2 words"


def test_import_article_saves_nothing_when_it_cannot_be_published(document: Path) -> None:
    writer = staff("editor")
    with pytest.raises(CommandError, match="Someone other than the author"):
        run(document, "--by", writer.email, "--publish", "--reviewer", writer.email)
    assert (Article.objects.count(), Revision.objects.count()) == (0, 0)


def test_import_article_keeps_the_live_text_until_the_draft_is_published(document: Path) -> None:
    article = published(slug="two-roads")
    run(document, "--by", staff("editor").email)
    assert Article.objects.get().live_id == article.live_id


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Say who imports: --by with the e-mail address of an editor."),
        (["--by", "nobody@example.test"], "Nobody here has the e-mail address nobody@example.test."),
        (["--by", "learner@example.test"], "Only editors write drafts."),
        (["--by", "editor@example.test", "--series", "nowhere"], "There is no series “nowhere”."),
        (
            ["--by", "editor@example.test", "--slug", "series"],
            "“series” cannot be the address of an article.",
        ),
        (["--by", "editor@example.test", "--publish"], "Publishing needs a second editor"),
        (
            ["--by", "editor@example.test", "--publish", "--reviewer", "x@example.test"],
            "Nobody here has the e-mail address x@example.test.",
        ),
    ],
)
def test_import_article_refuses_with_a_sentence(document: Path, options: list[str], sentence: str) -> None:
    UserFactory.create(email="learner@example.test")
    staff("editor", email="editor@example.test")
    with pytest.raises(CommandError, match=f"^{sentence}".replace(".", r"\.")):
        run(document, *options)
    assert Article.objects.count() == 0


def test_import_article_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.md cannot be read: No such file or directory\."):
        run(tmp_path / "gone.md")


def test_import_article_refuses_a_disguised_file(tmp_path: Path) -> None:
    path = tmp_path / "fine.docx"
    path.write_bytes(b"%PDF-1.4 not fine")
    with pytest.raises(CommandError, match=r"^This is a PDF"):
        run(path, "--by", staff("editor").email)
