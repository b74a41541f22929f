"""What is read and changed in Word's own XML before mammoth turns it into HTML."""

from collections.abc import Iterator

from lxml import etree

from breakthru.lib.documents.lists import LIST_MARK
from breakthru.lib.documents.package import Element, Package
from breakthru.lib.documents.report import DropLog
from breakthru.lib.richtext.tree import remove

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"

_REMOVED = (
    (f"{_W}txbxContent", "Text boxes"),
    (f"{_MATH}oMath", "Formulas"),
    (f"{_W}object", "Embedded objects"),
    (f"{_CHART}chart", "Charts"),
    (f"{_DIAGRAM}relIds", "Diagrams"),
)


def prepare(package: Package, log: DropLog) -> None:
    """Log what cannot come along, take it out, and mark each numbered paragraph with its numbering."""
    document = package.xml[package.main]
    _report_comments(package, document, log)
    _report_margins(package, log)
    numberings = _numberings(package.xml.get("word/numbering.xml"))
    for name, root in package.xml.items():
        if name in {package.main, "word/footnotes.xml", "word/endnotes.xml"}:
            _report_changes(root, log)
            _remove_foreign(root, log)
            _open_fields(root)
            _mark_numbering(root, numberings)


def _text(el: Element) -> str:
    parts = (part.text or "" for part in el.iter(f"{_W}t", f"{_W}delText", f"{_MATH}t"))
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
    for el in root.iter(f"{_W}del", f"{_W}moveFrom"):
        if _text(el):
            log.add("Tracked changes: deleted text is left out", _text(el))
    for el in root.iter(f"{_W}ins", f"{_W}moveTo"):
        if _text(el):
            log.add("Tracked changes: added text is kept as it is", _text(el))


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
