"""Lists of Word documents nest as Word shows them."""

import docx
from lxml import html as lxml_html

from breakthru.lib.documents import import_document
from tests.lib.word_files import add_item, add_numbering, as_bytes, imported_from, with_body


def _numbered(formats: list[str], items: list[tuple[str, int, int]], restarts: bool = False) -> str:
    document = docx.Document()
    add_numbering(document, 90, formats, {90: False, 91: restarts})
    for text, number, level in items:
        if number:
            add_item(document, text, number, level)
        else:
            document.add_paragraph(text)
    return imported_from(document).cleaned.html


def test_links_in_list_items_stay() -> None:
    item = (
        '<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr><w:bookmarkStart w:id="1" w:name="Here"/>'
        '<w:hyperlink w:anchor="Here"><w:r><w:t>a</w:t></w:r></w:hyperlink></w:p>'
    )

    assert import_document("a.docx", with_body(item)).cleaned.html == (
        '<ul><li><a id="here"></a><a href="#here">a</a></li></ul><p>Words</p>'
    )


def test_word_list_styles_nest_by_their_names() -> None:
    document = docx.Document()
    for style, text in [
        ("List Bullet", "a"),
        ("List Bullet 2", "b"),
        ("List Number 3", "c"),
        ("List Continue 2", "more b"),
        ("List Bullet 2", "d"),
        ("List Continue", "more d"),
        ("List Bullet", "e"),
        ("List Number", "f"),
        ("List Paragraph", "more f"),
    ]:
        document.add_paragraph(text, style=style)
    document.add_paragraph("end")
    document.add_paragraph("loose", style="List Paragraph")

    assert imported_from(document).cleaned.html == (
        "<ul><li>a<ul><li>b<ol><li>c</li></ol><p>more b</p></li><li>d<p>more d</p></li></ul></li>"
        "<li>e</li></ul>"
        "<ol><li>f<p>more f</p></li></ol><p>end</p><p>loose</p>"
    )


def test_continued_paragraph_of_a_level_that_is_not_open_goes_to_the_outermost() -> None:
    document = docx.Document()
    document.add_paragraph("a", style="List Bullet 3")
    document.add_paragraph("more", style="List Continue 2")

    assert imported_from(document).cleaned.html == "<ul><li>a<p>more</p></li></ul>"


def test_numbered_lists_nest_by_their_levels() -> None:
    items = [("a", 90, 0), ("b", 90, 1), ("c", 90, 2), ("d", 90, 3), ("e", 90, 1), ("f", 90, 0), ("g", 90, 2)]

    assert _numbered(["decimal", "bullet", "lowerLetter", "bullet"], items) == (
        "<ol><li>a<ul><li>b<ol><li>c<ul><li>d</li></ul></li></ol></li><li>e</li></ul></li>"
        "<li>f<ol><li>g</li></ol></li></ol>"
    )


def test_numbering_goes_on_after_a_paragraph() -> None:
    items = [
        ("a", 90, 0),
        ("b", 90, 0),
        ("words", 0, 0),
        ("c", 91, 0),
        ("d", 91, 1),
        ("e", 91, 0),
        ("f", 91, 1),
    ]

    assert _numbered(["decimal", "decimal"], items) == (
        '<ol><li>a</li><li>b</li></ol><p>words</p><ol start="3"><li>c<ol><li>d</li></ol></li>'
        "<li>e<ol><li>f</li></ol></li></ol>"
    )


def test_restarted_numbering_is_a_list_of_its_own() -> None:
    items = [("a", 90, 0), ("b", 91, 0), ("c", 91, 0)]

    assert _numbered(["decimal"], items, restarts=True) == "<ol><li>a</li></ol><ol><li>b</li><li>c</li></ol>"


def test_list_style_with_an_own_level_follows_the_level() -> None:
    document = docx.Document()
    add_numbering(document, 90, ["bullet", "decimal"], {90: False})
    add_item(document, "a", 90, 0, style="List Bullet")
    add_item(document, "b", 90, 1, style="List Bullet")

    assert imported_from(document).cleaned.html == "<ul><li>a<ol><li>b</li></ol></li></ul>"


def test_lists_in_cells_are_lists() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.paragraphs[0].text = "x"
    cell.add_paragraph("a", style="List Bullet")

    assert imported_from(document).cleaned.html == (
        "<table><tbody><tr><td><p>x</p><ul><li>a</li></ul></td></tr></tbody></table>"
    )


def test_number_of_a_list_that_is_not_defined_is_ignored() -> None:
    document = docx.Document()
    add_item(document, "a", 4711, 0)

    assert imported_from(document).cleaned.html == "<p>a</p>"


def _long_document() -> tuple[bytes, list[tuple[int, str]], list[int]]:
    """Return about 5,000 words with headings and deep lists, its outline, and the depth of each item."""
    document = docx.Document()
    document.add_heading("Long", 0)
    add_numbering(document, 90, ["decimal", "bullet", "lowerLetter", "bullet"], {90: False})
    outline, depths = [], []
    for part in range(12):
        level = 1 if part % 3 == 0 else 2
        document.add_heading(f"Part {part}", level)
        outline.append((level + 1, f"Part {part}"))
        document.add_paragraph("words of one long paragraph " * 60)
        for number, depth in enumerate([0, 1, 2, 3, 1, 0, 1, 2, 0]):
            add_item(document, f"item {part} {number} of a list with some more words", 90, depth)
            depths.append(depth + 1)
    return as_bytes(document), outline, depths


def test_long_document_keeps_outline_and_nesting() -> None:
    data, outline, depths = _long_document()

    cleaned = import_document("long.docx", data).cleaned

    root = lxml_html.fragment_fromstring(cleaned.html, create_parent=True)
    found = [sum(1 for outer in item.iterancestors("ul", "ol")) for item in root.iter("li")]
    assert [(heading.level, heading.text) for heading in cleaned.outline] == outline
    assert found == depths
    assert cleaned.word_count > 4_500
