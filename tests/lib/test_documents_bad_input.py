"""Pictures, sizes, kinds and encodings that nobody should send, and somebody will."""

import base64
import os
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from breakthru.lib.documents import DocumentError, Dropped, import_document
from breakthru.lib.documents.package import MAX_TAGS
from breakthru.lib.documents.word import MAX_PIECES
from tests.lib.word_files import MAIN, W, as_bytes, picture, with_parts


def _refusal(name: str, data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        import_document(name, data)
    return str(caught.value)


# --- Pictures


def _with_picture(data: bytes) -> bytes:
    document = docx.Document()
    document.add_paragraph("x")
    document.add_picture(picture())
    return with_parts(as_bytes(document), lambda parts: parts.update({"word/media/image1.png": data}))


def _thirty_megabytes() -> bytes:
    """Return what looks like a picture, too full of noise to pack well."""
    return b"\x89PNG\r\n\x1a\n" + os.urandom(12_000_000) + bytes(18_000_000)


@pytest.fixture
def used() -> Iterator[Callable[[], float]]:
    """Give the most memory that Python took since it was asked before, in MB."""
    tracemalloc.start()
    at_rest = 0

    def since() -> float:
        nonlocal at_rest
        most = tracemalloc.get_traced_memory()[1] - at_rest
        at_rest = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        return most / 1e6

    yield since
    tracemalloc.stop()


def test_huge_picture_in_a_word_document_is_told_and_never_read(used: Callable[[], float]) -> None:
    data = _with_picture(_thirty_megabytes())
    used()

    imported = import_document("a.docx", data)

    assert (imported.cleaned.html, imported.images) == ("<p>x</p>", ())
    assert imported.report == (Dropped("Pictures", 1, "media/image1.png: The picture is larger than 5 MB."),)
    assert used() < 20


def test_huge_picture_in_a_page_is_told(used: Callable[[], float]) -> None:
    page = (
        b'<p>x</p><img alt="Sky" src="data:image/png;base64,'
        + base64.b64encode(os.urandom(14_000_000))
        + b'">'
    )

    used()

    imported = import_document("a.html", page)

    assert imported.report == (Dropped("Pictures", 1, "Sky: The picture is larger than 5 MB."),)
    assert used() < 250


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("a.docx", lambda: _with_picture(os.urandom(30_000_000)), "The document is larger than 20 MB."),
        ("a.docx", lambda: _with_picture(bytes(30_000_000)), "The document is far too large when unpacked."),
        ("a.html", lambda: b"<p>x" + b"A" * 30_000_000, "The document is larger than 20 MB."),
        ("a.md", lambda: b"![x](data:image/png;base64," + b"A" * 600_000, "The text is larger than 500 kB."),
    ],
    ids=["docx", "packed", "html", "md"],
)
def test_document_of_thirty_megabytes_is_refused_at_once(
    name: str, make: Callable[[], bytes], sentence: str
) -> None:
    found = _refusal(name, make())

    assert found == sentence


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>alert(1)</script><text>words</text></svg>'
)
SVG_DATA = b"data:image/svg+xml;base64," + base64.b64encode(SVG)
NO_PICTURE = "The file is not a PNG, JPEG, WebP or GIF picture."


def test_drawing_with_a_script_in_a_word_document_is_left_out_and_told() -> None:
    def change(parts: dict[str, bytes]) -> None:
        del parts["word/media/image1.png"]
        parts["word/media/image1.svg"] = SVG
        for name in ("word/_rels/document.xml.rels", "[Content_Types].xml"):
            parts[name] = (
                parts[name]
                .replace(b"image1.png", b"image1.svg")
                .replace(b'"png" ContentType="image/png"', b'"svg" ContentType="image/svg+xml"')
            )

    imported = import_document("a.docx", with_parts(_with_picture(picture().getvalue()), change))

    assert (imported.cleaned.html, imported.images) == ("<p>x</p>", ())
    assert imported.report == (Dropped("Pictures", 1, NO_PICTURE),)


def test_picture_that_word_keeps_beside_a_drawing_is_taken() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["word/media/image2.svg"] = SVG
        space = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
        drawing = (
            f'<a:extLst><a:ext uri="x"><x:svgBlip xmlns:x="{space}" r:embed="rId99"/></a:ext></a:extLst>'
        )
        head, tail = parts[MAIN].decode().split("<a:blip ", 1)
        blip, rest = tail.split("/>", 1)
        parts[MAIN] = f"{head}<a:blip {blip}>{drawing}</a:blip>{rest}".encode()
        relation = (
            b'<Relationship Id="rId99" Type="http://x/image" Target="media/image2.svg"/></Relationships>'
        )
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", relation)

    imported = import_document("a.docx", with_parts(_with_picture(picture().getvalue()), change))

    assert (len(imported.images), imported.report) == (1, ())


@pytest.mark.parametrize(
    ("name", "data", "report"),
    [
        (
            "a.html",
            b"<p>x</p>" + SVG,
            [
                ("Drawings", SVG[: SVG.index(b">") + 1].decode()),
                ("Scripts", "<script>"),
                ("Scripts in attributes", "onload"),
            ],
        ),
        ("a.html", b'<p>x</p><img alt="Map" src="' + SVG_DATA + b'">', [("Pictures", f"Map: {NO_PICTURE}")]),
        ("a.md", b"x\n\n![Map](" + SVG_DATA + b")\n", [("Pictures", f"Map: {NO_PICTURE}")]),
    ],
    ids=["inline", "html", "markdown"],
)
def test_drawing_with_a_script_in_a_text_is_left_out_and_told(
    name: str, data: bytes, report: list[tuple[str, str]]
) -> None:
    imported = import_document(name, data)

    assert (imported.cleaned.html, imported.images) == ("<p>x</p>", ())
    assert imported.report == tuple(Dropped(kind, 1, example) for kind, example in report)


# --- Bombs and disguises


def _with_main(xml: str) -> bytes:
    main = f"<w:document {W}><w:body>{xml}</w:body></w:document>".encode()
    return with_parts(as_bytes(docx.Document()), lambda parts: parts.update({MAIN: main}))


@pytest.mark.parametrize(
    ("xml", "times", "sentence"),
    [
        (" ", 70_000_000, "The document is far too large when unpacked."),
        (" ", 10_000_000, "The document is far too large when unpacked."),
        # Small enough, but each tag costs.
        ("<w:p/>", MAX_TAGS, "The document is far too large when unpacked."),
        ("<w:p/>", MAX_PIECES + 1, "This text is too long for one article. Please split it."),
        ("<w:p><w:r/></w:p>", MAX_PIECES // 2 + 1, "This text is too long for one article."),
    ],
    ids=["bytes", "ratio", "tags", "paragraphs", "runs"],
)
def test_bomb_is_refused_fast(xml: str, times: int, sentence: str) -> None:
    data = _with_main(xml * times)

    found = _refusal("a.docx", data)

    assert found.startswith(sentence)
    assert len(data) < 300_000


def test_bomb_in_a_bomb_is_no_word_document() -> None:
    inner, outer = BytesIO(), BytesIO()
    with ZipFile(inner, "w", 8) as archive:
        archive.writestr("word/document.xml", bytes(4_000_000))
    with ZipFile(outer, "w", 8) as archive:
        archive.writestr("a.docx", inner.getvalue())

    assert _refusal("a.docx", outer.getvalue()) == "This is a ZIP file, but not a Word document."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"Dear reader, this is plain text.",
            "This is not a Word document, although its name ends in .docx.",
        ),
        (b"<html><p>A page</p></html>", "This is not a Word document, although its name ends in .docx."),
        (picture().getvalue(), "This is not a Word document, although its name ends in .docx."),
        (b"PK\x05\x06" + bytes(18), "This is not a Word document, although its name ends in .docx."),
        (b"PK\x03\x04", "The Word document is damaged and cannot be read."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
            "This is a document of an old kind (.doc). Please open it in Word and save it as a Word document",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "The document is protected by a password. Please save it without one.",
        ),
    ],
    ids=["text", "page", "picture", "empty archive", "cut", "old", "encrypted"],
)
def test_what_is_no_word_document_is_refused(data: bytes, sentence: str) -> None:
    assert _refusal("a.docx", data).startswith(sentence)


# --- Long texts and encodings


def test_markdown_of_ten_thousand_lines_is_read() -> None:
    words = ["One line of *plain* words.", "", "Another line.", ""]
    part = ["## Part {}", "", *words * 10, *["- item", "  1. deep"] * 4]
    lines = [line.format(number) for number in range(200) for line in part]
    assert len(lines) == 10_000

    imported = import_document("a.md", "\n".join(lines).encode())

    assert (len(imported.cleaned.outline), imported.cleaned.html.count("<ol>")) == (200, 800)
    assert (imported.cleaned.word_count, imported.report) == (200 * (2 + 70 + 8), ())


@pytest.mark.parametrize(
    "line", ["- item\n", "> said\n", "words\n\n", "    code\n", "| a | b |\n|---|---|\n"]
)
def test_ten_thousand_lines_of_one_kind_are_read(line: str) -> None:
    imported = import_document("a.md", (line * (10_000 // line.count("\n"))).encode())

    assert imported.cleaned.word_count >= 5_000


@pytest.mark.parametrize(
    "data",
    [
        "<p>Größe, naïve, ¡sí!</p>".encode(),
        "<p>Größe, naïve, ¡sí!</p>".encode("utf-8-sig"),
        "<p>Größe, naïve, ¡sí!</p>".encode("utf-16"),
        b"\xfe\xff" + "<p>Größe, naïve, ¡sí!</p>".encode("utf-16-be"),
        "<p>Größe, naïve, ¡sí!</p>".encode("latin-1"),
        "<p>Größe, naïve, ¡sí!</p>".encode("cp1252"),
        '<meta charset="utf-8"><p>Größe, naïve, ¡sí!</p>'.encode("latin-1"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16 big", "latin-1", "windows", "wrong name"],
)
def test_page_is_read_in_its_encoding(data: bytes) -> None:
    assert import_document("a.html", data).cleaned.html == "<p>Größe, naïve, ¡sí!</p>"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_refused(encoding: str) -> None:
    data = "<p>Größe</p>".encode(encoding)

    assert _refusal("a.html", data) == "This is not a text file, although its name ends in .html."
