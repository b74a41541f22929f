"""Builds Word documents, well and badly made, for the import tests."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from PIL import Image as Pillow

from breakthru.lib.documents import Imported, import_document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "word/document.xml"


def as_bytes(document: Document) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def imported_from(document: Document) -> Imported:
    return import_document("file name.docx", as_bytes(document))


def with_parts(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a .docx with other parts: `change` edits name → content."""
    with ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def edited(part: str, old: str, new: str, document: Document | None = None) -> bytes:
    if document is None:
        document = docx.Document()
        document.add_paragraph("Words")

    def change(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        assert old in text
        parts[part] = text.replace(old, new, 1).encode()

    return with_parts(as_bytes(document), change)


def with_body(xml: str) -> bytes:
    """Return a .docx whose body begins with `xml`."""
    return edited(MAIN, "<w:body>", f"<w:body>{xml}")


def add_style(document: Document, name: str) -> None:
    document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)


def add_item(document: Document, text: str, number: int, level: int, style: str | None = None) -> None:
    paragraph = document.add_paragraph(text, style=style)
    values = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:numPr {W}>{values}</w:numPr>"))


def add_numbering(document: Document, abstract: int, formats: list[str], numbers: dict[int, bool]) -> None:
    """Define a list of `formats` per level, used under `numbers` (number → whether it restarts)."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{kind}"/></w:lvl>' for level, kind in enumerate(formats)
    )
    xml = f'<w:abstractNum {W} w:abstractNumId="{abstract}">{levels}</w:abstractNum>'
    root.insert(0, parse_xml(xml))
    for number, restarts in numbers.items():
        restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>' if restarts else ""
        root.append(
            parse_xml(f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{restart}</w:num>')
        )


def picture(kind: str = "PNG") -> BytesIO:
    out = BytesIO()
    Pillow.new("RGB", (6, 4), "teal").save(out, kind)
    out.seek(0)
    return out
