"""Levels of headings that the cleaner changed are told."""

import docx
import pytest

from breakthru.lib.documents import Dropped, Imported, import_document
from breakthru.lib.documents.levels import MOVED
from tests.lib.word_files import imported_from


def _html(*headings: str) -> Imported:
    page = "".join(
        f"<{tag}>{words}</{tag}><p>x</p>" for tag, _, words in (h.partition(" ") for h in headings)
    )
    return import_document("a.html", page.encode())


def _outline(imported: Imported) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in imported.cleaned.outline]


@pytest.mark.parametrize(
    "headings",
    [
        [],
        ["h1 Title", "h2 One", "h3 Two", "h4 Three", "h2 Four"],
        ["h2 One", "h3 Two"],
        ["h3 One", "h4 Two"],
        ["h1 Title", "h3 One", "h4 Two"],
    ],
)
def test_levels_without_gaps_are_not_told(headings: list[str]) -> None:
    assert _html(*headings, "p end").report == ()


@pytest.mark.parametrize(
    ("headings", "count", "example", "outline"),
    [
        (["h1 T", "h2 One", "h4 Deep", "h4 Deeper"], 2, "Deep", [(2, "One"), (3, "Deep"), (3, "Deeper")]),
        (["h1 One", "h2 Sub", "h1 Two"], 2, "One", [(2, "One"), (3, "Sub"), (2, "Two")]),
        (["h2 One", "h1 Two"], 1, "One", [(2, "One"), (2, "Two")]),
        (["h2 A", "h3 B", "h4 C", "h5 D", "h6 E"], 2, "D", [(2, "A"), (3, "B")]),
    ],
)
def test_levels_that_moved_are_told(
    headings: list[str], count: int, example: str, outline: list[tuple[int, str]]
) -> None:
    imported = _html(*headings)

    assert imported.report == (Dropped(MOVED, count, example),)
    assert _outline(imported) == outline


def test_heading_in_a_quote_is_none_and_does_not_count() -> None:
    imported = import_document(
        "a.html",
        b"<h2>One</h2><blockquote><h5>Said</h5></blockquote><h3>Two <p>blocks</p><p>in one</p></h3>",
    )

    assert (_outline(imported), imported.report) == ([(2, "One"), (3, "Two blocks in one")], ())


def test_sections_of_a_word_document_with_a_title_are_as_they_should_be() -> None:
    document = docx.Document()
    for words, level in [("Title", 0), ("One", 1), ("Sub", 2), ("Two", 1)]:
        document.add_heading(words, level)
    assert imported_from(document).report == ()

    document.add_heading("Deep", 3)
    assert imported_from(document).report == (Dropped(MOVED, 1, "Deep"),)


def test_several_first_headings_of_markdown_are_told_unless_the_title_stands_apart() -> None:
    text = "# One\n\n## Sub\n\n# Two\n"

    assert import_document("a.md", text.encode()).report == (Dropped(MOVED, 2, "One"),)
    assert import_document("a.md", f"---\ntitle: T\n---\n{text}".encode()).report == ()
