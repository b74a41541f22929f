"""The tree of a text between two passes of the sanitizer: reading, writing and small moves in it."""

import html as entities
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser

import nh3
from lxml import etree

from breakthru.lib.richtext.profiles import ARTICLE, DROPPED_WITH_CONTENT, FACT, Profile

Element = etree._Element
Node = str | Element

MAX_DEPTH = 32
# html5ever walks the open elements at each tag: depth times tags bounds its work (about a second).
MAX_WORK = 100_000_000
VOID = frozenset({"br", "hr", "img"})

# C0 and C1 controls, direction overrides and isolates, zero width space, byte order mark, noncharacters
# and lone surrogates: nobody types them on purpose, and they disguise text and links.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_FORMATTING = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*>", re.IGNORECASE | re.ASCII
)
_NESTING = re.compile(r"<(?!(?:p|br|hr|img|li|td|th|tr)[\s/>])[a-z]", re.IGNORECASE | re.ASCII)

# Blocks that mean nothing here; they end a paragraph and are dissolved by the normalizer.
DIV_LIKE = frozenset(
    {"div", "article", "main", "header", "footer", "nav", "center", "address", "details"}
    | {"summary", "fieldset", "form", "legend", "dir", "menu", "hgroup", "search", "dialog"}
    | {"listing"}
)
_LOOSE_TAGS = ARTICLE.tags | DIV_LIKE | {"b", "i", "h1", "h5", "h6"}


class RichTextError(ValueError):
    """The text cannot be taken; the message is a plain sentence for the person who wrote it."""


class TooLongError(RichTextError):
    """The text has more bytes than its profile allows."""


class TooComplexError(RichTextError):
    """The markup has more tags, or nests deeper, than any real text does."""


def _loose_sanitizer() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_LOOSE_TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes={
            "*": {"id", "class", "aria-label"},
            "a": {"href"},
            "img": {"src", "alt", "title", "width", "height"},
            "th": {"scope", "colspan", "rowspan"},
            "td": {"colspan", "rowspan"},
            "ol": {"start"},
            "abbr": {"title"},
            "aside": {FACT},
        },
        # Importers take pictures out of data: addresses; the normalizer and the last pass refuse them.
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


_LOOSE = _loose_sanitizer()


def strip_invisible(text: str) -> str:
    """Return `text` without control, direction-override and zero-width characters, lines ended by newline."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def read_any(html: str, profile: Profile) -> Element:
    """Parse hostile HTML as a browser would and return its tree under one root element.

    Raises TooComplexError before parsing what would take very long.
    """
    html = _bare_formatting(strip_invisible(html))
    _refuse_bombs(html, profile)
    return read(_LOOSE.clean(html))


def read(html: str) -> Element:
    """Parse what the sanitizer wrote (balanced, escaped) and return its tree under one root element."""
    builder = _Builder()
    builder.feed(strip_invisible(html))
    builder.close()
    return builder.root


def _bare_formatting(html: str) -> str:
    # Parsers reopen unclosed <b>, <i>, … in each later paragraph, without limit where their attributes
    # differ. Searching no further than the last ">" keeps this linear.
    end = html.rfind(">") + 1
    return _FORMATTING.sub(r"<\1>", html[:end]) + html[end:]


def _refuse_bombs(html: str, profile: Profile) -> None:
    tags = html.count("<")
    if tags > 2 * profile.max_tags or tags * len(_NESTING.findall(html)) > MAX_WORK:
        raise TooComplexError("This text has too much formatting. Please paste it as plain text.")


class _Builder(HTMLParser):
    """Builds the tree; tags deeper than MAX_DEPTH are left out, their text stays."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = etree.Element("root")
        self._open = [self.root]
        self._beyond = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self._add(tag, attrs)
        elif self._beyond or len(self._open) > MAX_DEPTH:
            self._beyond += 1
        else:
            self._open.append(self._add(tag, attrs))

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        return etree.SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if self._beyond:
            self._beyond -= 1
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        append_text(self._open[-1], data)


def write(
    root: Element, after: Mapping[Element, str] | None = None, instead: Mapping[Element, str] | None = None
) -> str:
    """Return the HTML inside `root`.

    `after` maps elements to trusted markup put behind their end tag, `instead` to what takes their place.
    """
    out = [_escape(root.text)]
    for child in root:
        _write(child, after or {}, instead or {}, out)
    return "".join(out)


def _write(el: Element, after: Mapping[Element, str], instead: Mapping[Element, str], out: list[str]) -> None:
    if el in instead:
        out.extend((instead[el], _escape(el.tail)))
        return
    attributes = "".join(f' {name!s}="{entities.escape(str(value))}"' for name, value in el.attrib.items())
    out.append(f"<{el.tag}{attributes}>")
    if el.tag not in VOID:
        out.append(_escape(el.text))
        for child in el:
            _write(child, after, instead, out)
        out.append(f"</{el.tag}>")
    out.extend((after.get(el, ""), _escape(el.tail)))


def _escape(text: str | None) -> str:
    return entities.escape(text or "", quote=False)


def append_text(el: Element, text: str) -> None:
    """Put `text` behind everything in `el`."""
    if len(el):
        el[-1].tail = (el[-1].tail or "") + text
    else:
        el.text = (el.text or "") + text


def take_apart(el: Element) -> list[Node]:
    """Empty `el` and return what was in it: strings and elements (without tails), in order."""
    nodes: list[Node] = [el.text] if el.text else []
    for child in list(el):
        nodes.append(child)
        if child.tail:
            nodes.append(child.tail)
        el.remove(child)
        child.tail = None
    el.text = None
    return nodes


def fill(el: Element, nodes: Iterable[Node]) -> Element:
    """Append `nodes` to `el` and return it."""
    for node in nodes:
        if isinstance(node, str):
            append_text(el, node)
        else:
            el.append(node)
    return el


def new(tag: str, nodes: Iterable[Node] = (), attributes: Mapping[str, str] | None = None) -> Element:
    """Return a new element holding `nodes`."""
    return fill(etree.Element(tag, dict(attributes or {})), nodes)


def parent_of(el: Element) -> Element:
    """Return the parent of an element that is in a tree (not its root)."""
    parent = el.getparent()
    if parent is None:
        raise ValueError("the root has no parent")
    return parent


def unwrap(el: Element) -> None:
    """Remove the tag of `el` and keep its content in its place."""
    parent, children = parent_of(el), list(el)
    _append_before(el, el.text)
    if children:
        children[-1].tail = (children[-1].tail or "") + (el.tail or "")
    else:
        _append_before(el, el.tail)
    at = parent.index(el)
    parent[at : at + 1] = children


def remove(el: Element) -> None:
    """Remove `el` with its content; the text behind it stays."""
    _append_before(el, el.tail)
    parent_of(el).remove(el)


def _append_before(el: Element, text: str | None) -> None:
    previous = el.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + (text or "")
    else:
        parent = parent_of(el)
        parent.text = (parent.text or "") + (text or "")


def wrap(el: Element, tag: str, attributes: Mapping[str, str] | None = None) -> Element:
    """Put `el` into a new element that takes its place, and return that."""
    outer = etree.Element(tag, dict(attributes or {}))
    parent_of(el).replace(el, outer)
    outer.tail, el.tail = el.tail, None
    outer.append(el)
    return outer


def text_in(el: Element) -> str:
    """Return the text in `el` with each run of white space as one space."""
    return " ".join("".join(str(part) for part in el.itertext()).split())


def is_blank(node: Node) -> bool:
    """Say whether `node` shows nothing: white space, or an element without text, pictures and fact cards."""
    if isinstance(node, str):
        return not node.strip()
    return not text_in(node) and not any(map(_is_shown, node.iter("img", "hr", "aside")))


def _is_shown(el: Element) -> bool:
    return el.tag != "aside" or is_fact(el)


def is_fact(el: Element) -> bool:
    """Say whether `el` is the place of a fact card."""
    return el.tag == "aside" and el.get(FACT) is not None
