"""Import of Word documents: structure is kept, the rest is reported."""

import docx
import pytest
from docx.oxml import OxmlElement

from breakthru.lib.documents import Dropped, import_document, package
from tests.lib.word_files import MAIN, W, add_style, as_bytes, imported_from, picture, with_body, with_parts


def test_title_subtitle_and_headings() -> None:
    document = docx.Document()
    document.add_heading("The title", 0)
    document.add_paragraph("What it is about.", style="Subtitle")
    document.add_heading("Part", 1).runs[0].bold = True
    document.add_heading("Sub", 2)
    document.add_heading("Deep", 3)
    document.add_heading("Deeper", 7)
    document.add_paragraph("The title", style="Title")
    document.add_paragraph("Again", style="Subtitle")

    imported = imported_from(document)

    assert (imported.title, imported.summary) == ("The title", "What it is about.")
    assert imported.cleaned.html == (
        '<h2 id="part">Part</h2><h3 id="sub">Sub</h3><h4 id="deep">Deep</h4><h4 id="deeper">Deeper</h4>'
        '<h2 id="the-title">The title</h2><p>Again</p>'
    )


def test_title_falls_back_to_the_only_first_heading_and_to_the_file() -> None:
    document = docx.Document()
    document.add_paragraph("x")
    assert imported_from(document).title == "File name"

    document.add_heading("Head", 1)
    imported = imported_from(document)
    assert (imported.title, imported.cleaned.html) == ("Head", "<p>x</p>")


def test_formatting_of_words() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("a ")
    paragraph.add_run("b").bold = True
    paragraph.add_run("c").italic = True
    paragraph.add_run("d").underline = True
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run("3").font.subscript = True
    paragraph.add_run("e").font.color.rgb = docx.shared.RGBColor(255, 0, 0)
    paragraph.add_run().add_break()
    paragraph.add_run("f", style="Emphasis")
    document.add_paragraph("said", style="Quote")

    imported = imported_from(document)

    assert imported.cleaned.html == (
        "<p>a <strong>b</strong><em>c</em>d<sup>2</sup><sub>3</sub>e<br><em>f</em></p>"
        "<blockquote><p>said</p></blockquote>"
    )
    assert imported.report == ()


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "bold"])
def test_first_row_of_a_table_becomes_its_header(marked: bool) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for number, cell in enumerate(table._cells):
        run = cell.paragraphs[0].add_run(str(number))
        run.bold = not marked and number < 2
    if marked:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    assert imported_from(document).cleaned.html == (
        '<table><thead><tr><th scope="col">0</th><th scope="col">1</th></tr></thead>'
        "<tbody><tr><td>2</td><td>3</td></tr></tbody></table>"
    )


def test_pictures_are_written_anew_with_their_captions() -> None:
    document = docx.Document()
    document.add_paragraph("Before", style="Caption")
    document.add_picture(picture())
    document.add_paragraph("A road", style="Caption")

    imported = imported_from(document)

    (image,) = imported.images
    assert sorted(imported.cleaned.html) == sorted(
        f'<p>Before</p><figure><img src="/learn/images/{image.name}" alt="" width="6" height="4">'
        "<figcaption>A road</figcaption></figure>"
    )


def test_captions_of_tables_may_stand_on_either_side() -> None:
    document = docx.Document()
    document.add_paragraph("Above", style="Caption")
    document.add_table(1, 1).cell(0, 0).text = "1"
    document.add_paragraph("Too much", style="Caption")
    document.add_paragraph("x")
    document.add_table(1, 1).cell(0, 0).text = "2"
    document.add_paragraph("Below", style="Caption")

    assert imported_from(document).cleaned.html == (
        "<table><caption>Above</caption><tbody><tr><td>1</td></tr></tbody></table><p>Too much</p><p>x</p>"
        "<table><caption>Below</caption><tbody><tr><td>2</td></tr></tbody></table>"
    )


def test_picture_of_another_kind_is_reported() -> None:
    document = docx.Document()
    document.add_paragraph("x")
    document.add_picture(picture("TIFF"))

    imported = imported_from(document)

    assert (imported.images, imported.cleaned.html) == ((), "<p>x</p>")
    assert imported.report == (Dropped("Pictures", 1, "The file is not a PNG, JPEG, WebP or GIF picture."),)


def test_links_bookmarks_and_fields() -> None:
    xml = (
        '<w:p><w:bookmarkStart w:id="1" w:name="Place"/><w:r><w:t>a</w:t></w:r></w:p>'
        '<w:p><w:hyperlink w:anchor="Place"><w:r><w:t>to a</w:t></w:r></w:hyperlink>'
        f'<w:hyperlink xmlns:r="{package.RELATIONS}" r:id="gone">'
        '<w:r><w:t xml:space="preserve"> lost</w:t></w:r></w:hyperlink>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t xml:space="preserve"> 7</w:t></w:r></w:fldSimple></w:p>'
        '<w:sdt><w:sdtPr><w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'
        '<w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:p><w:r><w:t>x</w:t></w:r></w:p>'
        "</w:sdtContent></w:sdt>"
    )

    assert import_document("a.docx", with_body(xml)).cleaned.html.startswith(
        '<p><a id="place"></a>a</p><p><a href="#place">to a</a> lost 7</p><p>☑</p>'
    )


@pytest.mark.parametrize(
    ("style", "css", "label"),
    [
        ("Callout", "note", "Note"),
        ("Guidance", "note ok", "Guidance"),
        ("My Story", "note warn", "My story"),
        ("Warning", "note warn", "Warning"),
    ],
)
def test_callout_styles_become_asides(style: str, css: str, label: str) -> None:
    document = docx.Document()
    add_style(document, style)
    document.add_paragraph("a", style=style)
    document.add_paragraph("b", style=style)

    assert imported_from(document).cleaned.html == (
        f'<aside class="{css}" aria-label="{label}"><p>a</p><p>b</p></aside>'
    )


def test_code_style_keeps_its_lines() -> None:
    document = docx.Document()
    add_style(document, "Source Code")
    document.add_paragraph("if x:", style="Source Code")
    document.add_paragraph("  y", style="Source Code")

    assert imported_from(document).cleaned.html == "<pre>if x:\n  y</pre>"


def test_unknown_styles_keep_their_words_and_are_reported() -> None:
    document = docx.Document()
    add_style(document, "Fancy Box")
    document.add_paragraph("a", style="Fancy Box")

    imported = imported_from(document)

    assert imported.cleaned.html == "<p>a</p>"
    assert imported.report == (Dropped("Styles without a meaning here (the text is kept)", 1, "Fancy Box"),)


def _with_notes() -> bytes:
    def note(kind: str, number: int, text: str) -> str:
        return f'<w:{kind} w:id="{number}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'

    body = (
        '<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        '<w:endnoteReference w:id="5"/></w:r><w:r><w:t>b</w:t></w:r>'
        '<w:r><w:footnoteReference w:id="5"/></w:r></w:p>'
    )

    def change(parts: dict[str, bytes]) -> None:
        parts["word/footnotes.xml"] = f"<w:footnotes {W}>{note('footnote', 5, 'Foot')}</w:footnotes>".encode()
        parts["word/endnotes.xml"] = f"<w:endnotes {W}>{note('endnote', 5, 'End')}</w:endnotes>".encode()

    return with_parts(with_body(body), change)


def test_footnotes_and_endnotes_end_in_one_section() -> None:
    assert import_document("a.docx", _with_notes()).cleaned.html == (
        '<p>a<sup><a href="#fn-1" id="fnref-1">1</a></sup>b<sup><a href="#fn-2" id="fnref-2">2</a></sup></p>'
        "<p>Words</p>"
        '<section class="footnotes" aria-label="Footnotes"><ol>'
        '<li id="fn-1">End <a href="#fnref-1" aria-label="Back to reference 1">↩</a></li>'
        '<li id="fn-2">Foot <a href="#fnref-2" aria-label="Back to reference 2">↩</a></li></ol></section>'
    )


def test_what_cannot_come_along_is_reported() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p>{run.format('a')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>{run.format('new')}</w:ins>"
        f"<w:ins/><w:del/></w:p><w:p><m:oMath {math}><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>"
        f"<w:p><w:r><mc:AlternateContent {compatible}><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        f"<w:p><w:r><mc:AlternateContent {compatible}><mc:Choice Requires='x'/></mc:AlternateContent>"
        '<w:object/></w:r><w:r><w:commentReference w:id="1"/></w:r></w:p>'
    )

    def change(parts: dict[str, bytes]) -> None:
        comment = '<w:comment w:id="1"><w:p><w:r><w:t>why?</w:t></w:r></w:p></w:comment>'
        parts["word/comments.xml"] = f"<w:comments {W}>{comment}</w:comments>".encode()
        parts["word/header9.xml"] = f"<w:hdr {W}><w:p>{run.format('Page head')}</w:p></w:hdr>".encode()
        parts["word/footer9.xml"] = f"<w:ftr {W}/>".encode()

    imported = import_document("a.docx", with_parts(with_body(body), change))

    assert imported.cleaned.html == "<p>anew</p><p>Words</p>"
    assert imported.report == (
        Dropped("Comments", 1, "why?"),
        Dropped("Headers and footers", 1, "Page head"),
        Dropped("Tracked changes: deleted text is left out", 1, "gone"),
        Dropped("Tracked changes: added text is kept as it is", 1, "new"),
        Dropped("Text boxes", 1, "boxed"),
        Dropped("Formulas", 1, "x=1"),
        Dropped("Embedded objects", 1, ""),
    )


@pytest.mark.parametrize("comments", [None, f"<w:comments {W}/>"], ids=["missing", "empty"])
def test_comment_without_its_text_is_counted(comments: str | None) -> None:
    def change(parts: dict[str, bytes]) -> None:
        if comments:
            parts["word/comments.xml"] = comments.encode()

    reference = '<w:p><w:r><w:commentReference w:id="1"/></w:r></w:p>'
    imported = import_document("a.docx", with_parts(with_body(reference), change))

    assert imported.report == (Dropped("Comments", 1, ""),)


def test_table_of_contents_is_left_out() -> None:
    document = docx.Document()
    add_style(document, "toc 1")
    document.add_paragraph("Part ..... 3", style="toc 1")
    document.add_heading("Part", 1)
    document.add_heading("Part two", 1)

    assert imported_from(document).cleaned.html == '<h2 id="part">Part</h2><h2 id="part-two">Part two</h2>'


def test_main_part_of_another_name_is_found() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["word/document2.xml"] = parts.pop(MAIN)
        parts["word/_rels/document2.xml.rels"] = parts.pop("word/_rels/document.xml.rels")
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"word/document.xml", b"word/document2.xml")

    document = docx.Document()
    document.add_paragraph("Words")

    assert import_document("a.docx", with_parts(as_bytes(document), change)).cleaned.html == "<p>Words</p>"


def test_document_without_lists_needs_no_numbering_part() -> None:
    def change(parts: dict[str, bytes]) -> None:
        del parts["word/numbering.xml"]

    document = docx.Document()
    document.add_paragraph("Words")

    assert import_document("a.docx", with_parts(as_bytes(document), change)).cleaned.html == "<p>Words</p>"
