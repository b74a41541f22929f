"""Hostile and broken Word files are refused, and nothing outside of them is read."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest

from breakthru.lib.documents import DocumentError, Dropped, import_document, package
from tests.lib.word_files import (
    MAIN,
    W,
    as_bytes,
    edited,
    picture,
    with_parts,
)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "/etc/passwd"])
def test_linked_picture_is_never_opened(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    document.add_paragraph("x")
    document.add_picture(picture())
    data = edited(
        "word/_rels/document.xml.rels",
        'Target="media/image1.png"',
        f'Target="{target}" TargetMode="External"',
        document,
    )
    opened: list[str] = []
    monkeypatch.setattr("mammoth.docx.files.urlopen", opened.append)
    monkeypatch.setattr("mammoth.docx.files.open", opened.append, raising=False)

    imported = import_document("a.docx", data)

    assert (opened, imported.images, imported.cleaned.html) == ([], (), "<p>x</p>")
    assert imported.report == (Dropped("Pictures", 1, f"{target}: It is not inside the document."),)


def test_picture_outside_of_the_archive_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture().getvalue())
    document = docx.Document()
    document.add_paragraph("x")
    document.add_picture(picture())
    target = f"../../..{tmp_path}/secret.png"
    data = edited("word/_rels/document.xml.rels", "media/image1.png", target, document)

    assert import_document("a.docx", data).images == ()


def _refusal(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        import_document("a.docx", data)
    return str(caught.value)


_DAMAGED = "The Word document is damaged and cannot be read."


def test_damaged_archives_are_refused() -> None:
    document = docx.Document()
    document.add_paragraph("Words")
    data = as_bytes(document)

    assert _refusal(data[: len(data) // 2]) == _DAMAGED
    assert _refusal(b"PK\x03\x04" + b"x" * 100) == _DAMAGED
    middle = len(data) // 3
    assert _refusal(data[:middle] + bytes(200) + data[middle + 200 :]) == _DAMAGED


def test_other_archives_are_refused() -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")

    assert _refusal(out.getvalue()) == "This is a ZIP file, but not a Word document."


@pytest.mark.parametrize(
    "xml",
    [
        "<w:document",
        f"<w:document {W}><w:body>" + "<w:tbl>" * 400 + "</w:tbl>" * 400 + "</w:body></w:document>",
        f'<w:document {W}><w:body><w:p><w:footnoteReference w:id="7"/></w:p></w:body></w:document>',
    ],
    ids=["cut", "deep", "lost note"],
)
def test_broken_xml_is_refused(xml: str) -> None:
    document = docx.Document()
    data = with_parts(as_bytes(document), lambda parts: parts.update({MAIN: xml.encode()}))

    assert _refusal(data) == _DAMAGED


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("part", [MAIN, "word/styles.xml", "_rels/.rels"])
def test_declarations_are_refused(part: str, doctype: str) -> None:
    document = docx.Document()

    def change(parts: dict[str, bytes]) -> None:
        head, body = parts[part].split(b"?>", 1)
        parts[part] = head + b"?>" + doctype.encode() + body

    assert _refusal(with_parts(as_bytes(document), change)) == (
        "The Word document contains declarations that are not allowed."
    )


def test_entity_bomb_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x a="&e11;">&e11;</x>'

    data = with_parts(as_bytes(docx.Document()), lambda parts: parts.update({MAIN: bomb.encode()}))

    assert _refusal(data) in {_DAMAGED, "The Word document contains declarations that are not allowed."}


_TOO_LARGE = "The document is far too large when unpacked."


def test_archive_that_unpacks_to_much_is_refused() -> None:
    data = with_parts(
        as_bytes(docx.Document()), lambda parts: parts.update({"word/media/x": bytes(12_000_000)})
    )

    assert _refusal(data) == _TOO_LARGE


def test_archive_that_declares_too_much_is_refused_before_unpacking() -> None:
    data = bytearray(as_bytes(docx.Document()))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, package.MAX_UNPACKED + 1)

    assert _refusal(bytes(data)) == _TOO_LARGE


def test_archive_with_too_many_parts_is_refused() -> None:
    many = {f"word/x{number}": b"" for number in range(package.MAX_ENTRIES)}

    assert _refusal(with_parts(as_bytes(docx.Document()), lambda parts: parts.update(many))) == _TOO_LARGE


def test_locked_archive_is_refused() -> None:
    data = bytearray(as_bytes(docx.Document()))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 0x1

    assert _refusal(bytes(data)) == "The document is protected by a password. Please save it without one."


def test_picture_bomb_in_a_document_is_reported() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    document = docx.Document()
    document.add_paragraph("x")
    document.add_picture(picture())
    data = with_parts(as_bytes(document), lambda parts: parts.update({"word/media/image1.png": bomb}))

    assert import_document("a.docx", data).report == (
        Dropped("Pictures", 1, "The picture has more than 25 million pixels."),
    )
