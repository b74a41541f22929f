"""The inside of a .docx, opened with care: bounded, without encryption, entities or links to files."""

import re
from dataclasses import dataclass
from io import BytesIO
from posixpath import basename, dirname, join, normpath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from breakthru.lib.documents.report import DocumentError, DropLog
from breakthru.lib.images import MAX_BYTES

Element = etree._Element

MAX_ENTRIES = 2_000
MAX_UNPACKED = 60_000_000
MAX_RATIO = 200
# Small files may pack very well; only large ones are worth calling a bomb.
_RATIO_FROM = 5_000_000
# Reading costs by the tag, not by the byte: this holds 80,000 words as Word writes them.
MAX_TAGS = 400_000

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TOO_LARGE = "The document is far too large when unpacked."
_TOO_BIG = f"The picture is larger than {MAX_BYTES / 1_000_000:g} MB."
_DAMAGED = "The Word document is damaged and cannot be read."
_XML = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:_rels/)?[^/]+\.xml(?:\.rels)?")
_MAIN = re.compile(r"word/document[0-9]*\.xml")
_MEDIA = re.compile(r"word/media/[^/]+")


@dataclass
class Package:
    """The parts of a Word document by name: parsed XML, and pictures as they are."""

    main: str
    xml: dict[str, Element]
    media: dict[str, bytes]

    def write(self) -> BytesIO:
        """Return a new .docx of nothing but these parts: what mammoth gets to see."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, root in self.xml.items():
                archive.writestr(name, etree.tostring(root, encoding="UTF-8", xml_declaration=True))
            for name, data in self.media.items():
                archive.writestr(name, data)
        return BytesIO(out.getvalue())


def open_package(data: bytes, log: DropLog) -> Package:
    """Unpack a .docx; raises DocumentError where it is damaged, locked, a bomb or no Word document."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check(entries)
            names = {entry.filename for entry in entries}
            main = next((name for name in sorted(names) if _MAIN.fullmatch(name)), "")
            if not main:
                raise DocumentError("This is a ZIP file, but not a Word document.")
            xml = _read_xml(archive, sorted(names))
            sizes = {entry.filename: entry.file_size for entry in entries if _MEDIA.fullmatch(entry.filename)}
            # What the album would refuse by its size is not read at all.
            media = {name: archive.read(name) for name, size in sizes.items() if size <= MAX_BYTES}
    except DocumentError:
        raise
    except Exception as error:
        # zipfile and zlib answer hostile bytes with many kinds of exceptions.
        raise DocumentError(_DAMAGED) from error
    for name, root in xml.items():
        if name.endswith(".rels"):
            _cut_relations(name, root, media, set(sizes), log)
    for name, root in xml.items():
        if not name.endswith(".rels"):
            _cut_references(root, xml.get(join(dirname(name), "_rels", basename(name) + ".rels")))
    return Package(main, xml, media)


def _check(entries: list[ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise DocumentError("The document is protected by a password. Please save it without one.")
    # Reading never goes beyond the size that an entry declares, so these sums bound the work.
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise DocumentError(TOO_LARGE)
    if unpacked > _RATIO_FROM and unpacked / packed > MAX_RATIO:
        raise DocumentError(TOO_LARGE)


def _read_xml(archive: ZipFile, names: list[str]) -> dict[str, Element]:
    xml: dict[str, Element] = {}
    tags = 0
    for name in names:
        if _XML.fullmatch(name):
            data = archive.read(name)
            tags += data.count(b"<")
            if tags > MAX_TAGS:
                raise DocumentError(TOO_LARGE)
            xml[name] = _parse(data)
    return xml


def _parse(data: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser)
    # A Word document never has one; it is the way to entity bombs and to files outside of the document.
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError("The Word document contains declarations that are not allowed.")
    return root


def _cut_relations(name: str, root: Element, media: dict[str, bytes], known: set[str], log: DropLog) -> None:
    """Remove relations to pictures that were not read: links, parts that are missing, and huge ones."""
    folder = dirname(dirname(name))
    for el in list(root.iter(f"{{{_PACKAGE_RELATIONS}}}Relationship")):
        if not str(el.get("Type", "")).endswith("/image"):
            continue
        target = str(el.get("Target", ""))
        inside = normpath(join("/", folder, target)).lstrip("/")
        if el.get("TargetMode") == "External" or inside not in media:
            is_inside = el.get("TargetMode") != "External" and inside in known
            log.add("Pictures", f"{target}: {_TOO_BIG if is_inside else 'It is not inside the document.'}")
            root.remove(el)


def _cut_references(root: Element, relations: Element | None) -> None:
    """Remove references to relations that do not exist; they would end the reading of the whole text."""
    known = {el.get("Id") for el in relations} if relations is not None else set()
    for el in root.iter():
        for key in ("id", "embed", "link"):
            attribute = f"{{{RELATIONS}}}{key}"
            if el.get(attribute) is not None and el.get(attribute) not in known:
                del el.attrib[attribute]
