"""What is read and changed in Word's own XML before mammoth turns it into HTML."""

from collections.abc import Iterator

from lxml import etree

from breakthru.lib.documents.lists import LIST_MARK
from breakthru.lib.documents.package import Element, Package
from breakthru.lib.documents.report import DocumentError, DropLog
from breakthru.lib.richtext.tree import parent_of, remove

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"

# Each costs a walk over all styles that have a meaning here; this holds far more than an article may.
MAX_PIECES = 50_000
_REMOVED = (
    (f"{_W}txbxContent", "Text boxes"),
    (f"{_MATH}oMath", "Formulas"),
    (f"{_W}object", "Embedded objects"),
    (f"{_CHART}chart", "Charts"),
    (f"{_DIAGRAM}relIds", "Diagrams"),
)


def prepare(package: Package, log: DropLog) -> None:
    """Log what cannot come along, take it out, and mark each numbered paragraph with its numbering."""
    _refuse_too_long(package)
    document = package.xml[package.main]
    _report_comments(package, document, log)
    _report_margins(package, log)
    numberings = _numberings(package.xml.get("word/numbering.xml"))
    for name, root in package.xml.items():
        if name in {package.main, "word/footnotes.xml", "word/endnotes.xml"}:
            _report_changes(root, log)
            _keep_last_words(root)
            _remove_foreign(root, log)
            _open_fields(root)
            _mark_numbering(root, numberings)


def _refuse_too_long(package: Package) -> None:
    pieces = sum(1 for root in package.xml.values() for _ in root.iter(f"{_W}p", f"{_W}r"))
    if pieces > MAX_PIECES:
        raise DocumentError("This text is too long for one article. Please split it.")


def _text(el: Element, *tags: str) -> str:
    parts = (part.text or "" for part in el.iter(f"{_W}t", f"{_MATH}t", *tags))
    return " ".join(" ".join(parts).split())


def _report_comments(package: Package, document: Element, log: DropLog) -> None:
    count = sum(1 for _ in document.iter(f"{_W}commentReference"))
    if count:
        comments = package.xml.get("word/comments.xml")
        first = comments.find(f"{_W}comment") if comments is not None else None
        log.add("Comments", _text(first) if first is not None else "", count)


def _report_margins(package: Package, log: DropLog) -> None:
    for name, root in package.xml.items():
        if name.startswith(("word/header", "word/footer")) and _text(root):
            log.add("Headers and footers", _text(root))


def _report_changes(root: Element, log: DropLog) -> None:
    rows = (el for el in root.iter(f"{_W}tr") if el.find(f"{_W}trPr/{_W}del") is not None and _text(el))
    for el in (*root.iter(f"{_W}del", f"{_W}moveFrom"), *rows):
        words = _text(el, f"{_W}delText")
        if words:
            log.add("Tracked changes: deleted text is left out", words)
    for el in root.iter(f"{_W}ins", f"{_W}moveTo"):
        # What somebody added and somebody else deleted is gone.
        if _text(el):
            log.add("Tracked changes: added text is kept as it is", _text(el))


def _keep_last_words(root: Element) -> None:
    """Undo the deleted end of a paragraph that none follows; mammoth would lose or misplace its words."""
    for el in list(root.iterfind(f".//{_W}p/{_W}pPr/{_W}rPr/{_W}del")):
        paragraph = parent_of(parent_of(parent_of(el)))
        following = paragraph.getnext()
        if following is None or following.tag != f"{_W}p":
            remove(el)


def _remove_foreign(root: Element, log: DropLog) -> None:
    for el in list(root.iter(f"{_COMPATIBILITY}AlternateContent")):
        # Both branches say the same; mammoth reads the fallback.
        fallback = el.find(f"{_COMPATIBILITY}Fallback")
        for choice in el.findall(f"{_COMPATIBILITY}Choice") if fallback is not None else []:
            el.remove(choice)
    for tag, kind in _REMOVED:
        for el in list(root.iter(tag)):
            log.add(kind, _text(el))
            remove(el)


def _open_fields(root: Element) -> None:
    """Put what a simple field shows in its place; mammoth would leave its words out."""
    for el in list(root.iter(f"{_W}fldSimple")):
        for child in list(el):
            el.addprevious(child)
        remove(el)


def _numberings(root: Element | None) -> dict[str, str]:
    """Return which numbering each numId means: those of one abstract list count on, unless restarted."""
    found: dict[str, str] = {}
    for el in root.iter(f"{_W}num") if root is not None else ():
        abstract = el.find(f"{_W}abstractNumId")
        number = str(el.get(f"{_W}numId", ""))
        restarts = el.find(f"{_W}lvlOverride/{_W}startOverride") is not None
        shared = abstract is not None and not restarts
        found[number] = f"a{abstract.get(f'{_W}val')}" if shared and abstract is not None else f"n{number}"
    return found


def _mark_numbering(root: Element, numberings: dict[str, str]) -> None:
    for properties, number in _numbered_paragraphs(root):
        name = f"{LIST_MARK}{numberings.get(number, number)}"
        bookmark = etree.Element(f"{_W}bookmarkStart", {f"{_W}name": name})
        properties.addnext(bookmark)


def _numbered_paragraphs(root: Element) -> Iterator[tuple[Element, str]]:
    for el in list(root.iter(f"{_W}pPr")):
        number = el.find(f"{_W}numPr/{_W}numId")
        if number is not None:
            yield el, str(number.get(f"{_W}val", ""))
