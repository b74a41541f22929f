"""Headings, lists, changes and signs as people really have them in their documents."""

from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml

from breakthru.lib.documents import Dropped, Imported, import_document
from breakthru.lib.richtext import Heading
from tests.lib.word_files import (
    MAIN,
    W,
    add_item,
    add_numbering,
    as_bytes,
    edited,
    imported_from,
    with_body,
)

GONE = "Tracked changes: deleted text is left out"
KEPT = "Tracked changes: added text is kept as it is"


def _outline(imported: Imported) -> list[tuple[int, str, str]]:
    return [(heading.level, heading.id, heading.text) for heading in imported.cleaned.outline]


# --- Headings


def _markdown(headings: list[tuple[int, str]]) -> Imported:
    return import_document("a.md", "".join(f"{'#' * n} {words}\n\nx\n\n" for n, words in headings).encode())


def _html(headings: list[tuple[int, str]]) -> Imported:
    return import_document(
        "a.html", "".join(f"<h{n}>{words}</h{n}><p>x</p>" for n, words in headings).encode()
    )


def _word(headings: list[tuple[int, str]]) -> Imported:
    document = docx.Document()
    for level, words in headings:
        document.add_heading(words, level)
        document.add_paragraph("x")
    return imported_from(document)


KINDS = pytest.mark.parametrize("read", [_markdown, _html, _word], ids=["markdown", "html", "word"])
Reader = Callable[[list[tuple[int, str]]], Imported]


@KINDS
def test_headings_with_the_same_text_have_each_an_anchor(read: Reader) -> None:
    imported = read([(2, "Costs"), (3, "Costs"), (2, "Costs"), (2, "Costs 2")])

    assert _outline(imported) == [
        (2, "costs", "Costs"),
        (3, "costs-2", "Costs"),
        (2, "costs-3", "Costs"),
        (2, "costs-2-2", "Costs 2"),
    ]
    assert imported.report == ()


@KINDS
def test_skipped_levels_close_up_and_are_told(read: Reader) -> None:
    imported = read([(2, "One"), (4, "Deep"), (2, "Two"), (5, "Deeper")])

    assert [level for level, _, _ in _outline(imported)] == [2, 3, 2, 3]
    assert [(row.count, row.example) for row in imported.report] == [(2, "Deep")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("file name.md", b"x\n"),
        ("file name.html", b"<p>x</p>"),
        ("file name.docx", with_body("<w:p><w:r><w:t>x</w:t></w:r></w:p>")),
    ],
)
def test_document_without_headings_is_one_stretch_of_text(name: str, data: bytes) -> None:
    imported = import_document(name, data)

    assert (imported.title, imported.cleaned.outline) == ("File name", ())
    assert imported.cleaned.html.startswith("<p>x</p>")
    assert imported.report == ()


@KINDS
def test_two_hundred_sections_keep_their_order_and_anchors(read: Reader) -> None:
    imported = read([(2, f"Part {number % 150}") for number in range(200)])

    assert [heading.text for heading in imported.cleaned.outline] == [f"Part {n % 150}" for n in range(200)]
    assert len({heading.id for heading in imported.cleaned.outline}) == 200


# --- Lists and tables from Word


def test_list_of_five_levels_keeps_each() -> None:
    document = docx.Document()
    add_numbering(document, 90, ["decimal", "bullet", "lowerLetter", "bullet", "lowerRoman"], {90: False})
    for number, level in enumerate([0, 1, 2, 3, 4, 4, 2, 4, 0]):
        add_item(document, str(number), 90, level)

    assert imported_from(document).cleaned.html == (
        "<ol><li>0<ul><li>1<ol><li>2<ul><li>3<ol><li>4</li><li>5</li></ol></li></ul></li>"
        "<li>6<ol><li>7</li></ol></li></ol></li></ul></li><li>8</li></ol>"
    )


def _with_table_between(before: int, after: int, numbers: tuple[int, int] = (90, 90)) -> str:
    document = docx.Document()
    add_numbering(document, 90, ["decimal", "bullet"], {90: False})
    add_numbering(document, 91, ["bullet"], {91: False})
    add_item(document, "one", numbers[0], 0)
    if before:
        add_item(document, "one a", numbers[0], before)
    document.add_table(1, 1).cell(0, 0).text = "cell"
    add_item(document, "next", numbers[1], after)
    html = imported_from(document).cleaned.html
    return html.replace("<table><tbody><tr><td>cell</td></tr></tbody></table>", "[table]")


@pytest.mark.parametrize(
    ("before", "after", "html"),
    [
        (0, 0, "<ol><li>one[table]</li><li>next</li></ol>"),
        (1, 1, "<ol><li>one<ul><li>one a[table]</li><li>next</li></ul></li></ol>"),
        (1, 0, "<ol><li>one<ul><li>one a[table]</li></ul></li><li>next</li></ol>"),
        (0, 1, "<ol><li>one[table]<ul><li>next</li></ul></li></ol>"),
    ],
)
def test_table_between_two_items_of_a_list_stands_in_the_first(before: int, after: int, html: str) -> None:
    assert _with_table_between(before, after) == html


@pytest.mark.parametrize(
    ("numbers", "html"),
    [
        # Bullets tell nothing of whether a list goes on.
        ((91, 91), "<ul><li>one</li></ul>[table]<ul><li>next</li></ul>"),
        ((91, 90), "<ul><li>one</li></ul>[table]<ol><li>next</li></ol>"),
    ],
)
def test_table_between_two_lists_parts_them(numbers: tuple[int, int], html: str) -> None:
    assert _with_table_between(0, 0, numbers) == html


def test_table_behind_a_list_is_no_part_of_it() -> None:
    document = docx.Document()
    document.add_paragraph("one", style="List Number")
    document.add_table(1, 1).cell(0, 0).text = "cell"

    assert imported_from(document).cleaned.html == (
        "<ol><li>one</li></ol><table><tbody><tr><td>cell</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "1. one\n\n   | a |\n   |---|\n   | b |\n\n2. two\n"),
        ("a.html", "<ol><li><p>one</p><table><tr><th>a<tr><td>b</table></li><li><p>two</p></li></ol>"),
    ],
)
def test_table_in_an_item_of_a_text_stays_in_it(name: str, text: str) -> None:
    assert import_document(name, text.encode()).cleaned.html == (
        '<ol><li><p>one</p><table><thead><tr><th scope="col">a</th></tr></thead>'
        "<tbody><tr><td>b</td></tr></tbody></table></li><li><p>two</p></li></ol>"
    )


# --- Tracked changes


def _run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def _deleted(words: str) -> str:
    return f'<w:del><w:r><w:delText xml:space="preserve">{words}</w:delText></w:r></w:del>'


def _paragraph(content: str, mark: str = "") -> str:
    properties = f"<w:pPr><w:rPr><w:{mark}/></w:rPr></w:pPr>" if mark else ""
    return f"<w:p>{properties}{content}</w:p>"


def _row(content: str, mark: str = "") -> str:
    properties = f"<w:trPr><w:{mark}/></w:trPr>" if mark else ""
    return f"<w:tr>{properties}<w:tc>{_paragraph(content)}</w:tc></w:tr>"


def _table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


@pytest.mark.parametrize(
    ("body", "html", "report"),
    [
        (
            _paragraph(f"{_run('a ')}{_deleted('old')}<w:ins>{_run('new')}</w:ins>"),
            "<p>a new</p>",
            [(GONE, "old"), (KEPT, "new")],
        ),
        # A deleted paragraph, and an inserted one.
        (
            _paragraph(_run("a"))
            + _paragraph(_deleted("gone"), "del")
            + _paragraph(f"<w:ins>{_run('b')}</w:ins>", "ins"),
            "<p>a</p><p>b</p>",
            [(GONE, "gone"), (KEPT, "b")],
        ),
        # Two paragraphs that somebody joined.
        (_paragraph(_run("a "), "del") + _paragraph(_run("b")), "<p>a b</p>", []),
        # What was added and deleted again is gone.
        (_paragraph(f"<w:ins>{_deleted('both')}</w:ins>{_run('a')}"), "<p>a</p>", [(GONE, "both")]),
        (
            _paragraph(f"{_run('a')}<w:moveFrom>{_run('moved')}</w:moveFrom>")
            + _paragraph(f"<w:moveTo>{_run('moved')}</w:moveTo>"),
            "<p>a</p><p>moved</p>",
            [(GONE, "moved"), (KEPT, "moved")],
        ),
        (
            _table(
                _row(_run("a")), _row(_deleted("b"), "del"), _row(_run("c"), "del"), _row(_run("d"), "ins")
            ),
            "<table><tbody><tr><td>a</td></tr><tr><td>d</td></tr></tbody></table>",
            [(GONE, "b", 2)],
        ),
        # The end of a paragraph is deleted, but none follows that could take its words.
        (
            _paragraph(_run("a"), "del") + _table(_row(_run("b"))),
            "<p>a</p><table><tbody><tr><td>b</td></tr></tbody></table>",
            [],
        ),
        (
            _paragraph(_deleted("a"), "del") + _table(_row(_run("b"))),
            "<table><tbody><tr><td>b</td></tr></tbody></table>",
            [(GONE, "a")],
        ),
        # Changed formatting is no change of words.
        (
            "<w:p><w:r><w:rPr><w:b/><w:rPrChange><w:rPr/></w:rPrChange></w:rPr><w:t>a</w:t></w:r></w:p>",
            "<p><strong>a</strong></p>",
            [],
        ),
    ],
    ids=[
        "words",
        "paragraphs",
        "joined",
        "both",
        "moved",
        "rows",
        "before table",
        "gone before table",
        "format",
    ],
)
def test_tracked_changes_are_taken_as_accepted_and_told(
    body: str, html: str, report: list[tuple[str, str] | tuple[str, str, int]]
) -> None:
    imported = import_document("a.docx", with_body(body + _paragraph(_run("end"))))

    assert imported.cleaned.html == f"{html}<p>end</p><p>Words</p>"
    assert imported.report == tuple(Dropped(row[0], row[2] if len(row) > 2 else 1, row[1]) for row in report)


def test_deleted_end_of_the_last_paragraph_loses_no_words() -> None:
    last = _paragraph(_run("last"), "del")

    imported = import_document("a.docx", edited(MAIN, "<w:sectPr", f"{last}<w:sectPr"))

    assert imported.cleaned.html == "<p>Words</p><p>last</p>"


# --- Signs and scripts

SIGNS = "“It’s” — ‘so’ … „hier“ «là» 👩‍⚕️ 🇺🇸 e\u0301 שלום עולם مرحبا بالعالم हिन्दी می‌خواهم"


@pytest.mark.parametrize("kind", ["word", "markdown", "html"])
def test_smart_quotes_emoji_and_right_to_left_text_stay(kind: str) -> None:
    document = docx.Document()
    document.add_heading("שלום", 1)
    document.add_heading("👩‍⚕️", 1)
    paragraph = document.add_paragraph(SIGNS)
    paragraph.runs[0].font.rtl = True
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:bidi {W}/>"))
    name, data = {
        "word": ("a.docx", as_bytes(document)),
        "markdown": ("a.md", f"# שלום\n\n# 👩‍⚕️\n\n{SIGNS}\n".encode()),
        "html": ("a.html", f"<h1>שלום</h1><h1>👩‍⚕️</h1><p dir=rtl>{SIGNS}</p>".encode()),
    }[kind]

    cleaned = import_document(name, data).cleaned

    assert cleaned.outline == (Heading(2, "section", "שלום"), Heading(2, "section-2", "👩‍⚕️"))
    assert cleaned.html.endswith(f"<p>{SIGNS}</p>")


def test_signs_that_turn_the_direction_unseen_are_taken_out() -> None:
    text = "pay \u202eeht\u202c me \u2066now\u2069\u200b\ufeff"

    assert import_document("a.md", text.encode()).cleaned.text == "pay eht me now"
