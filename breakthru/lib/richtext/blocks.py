"""Make a tree valid and plain: blocks in blocks, words in paragraphs, items in lists, cells in tables."""

from collections.abc import Iterable

from breakthru.lib.richtext.profiles import Profile
from breakthru.lib.richtext.tree import (
    DIV_LIKE,
    Element,
    Node,
    fill,
    is_blank,
    new,
    parent_of,
    remove,
    take_apart,
    text_in,
    unwrap,
)

INLINE = frozenset({"a", "strong", "em", "code", "sup", "sub", "abbr"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol"})
# What holds one line of words and no blocks.
LINES = HEADINGS | {"p", "pre", "dt", "caption", "figcaption"}
_ROWS = frozenset({"tr", "thead", "tbody", "tfoot"})
_BLOCKS = (
    (LINES | LISTS | _ROWS)
    | {"blockquote", "figure", "table", "hr", "dl", "aside", "section", "div"}
    | {"li", "dd", "th", "td"}
)
_HOMES = {"dt": "dl", "dd": "dl", "figcaption": "figure"}
_RENAMED = {"b": "strong", "i": "em"}
_MAX_SPAN = 50
_SPACE = " \t\n\f"


def normalize_blocks(root: Element, profile: Profile) -> None:
    """Rewrite the tree in place so that it holds only tags of `profile`, nested as HTML wants them."""
    for el in list(root.iter()):
        el.tag = _RENAMED.get(str(el.tag), "div" if el.tag in DIV_LIKE else str(el.tag))
    for el in list(root.iter("section")):
        if el.get("class") != "footnotes":
            el.tag = "div"
    for el in list(root.iter(*INLINE)):
        # A <strong> or <a> around whole blocks (some editors wrap everything in one) loses its tag.
        nested = any(outer.tag == el.tag for outer in el.iterancestors())
        if nested or next(el.iter(*_BLOCKS), None) is not None:
            unwrap(el)
    _demote_inner_headings(root, profile)
    _replace_refused(root, profile)
    _straighten_lines(root)
    _dissolve_divs(root)
    _normalize_lists(root)
    for el in [root, *root.iter("blockquote", "aside", "section", "figure")]:
        _wrap_loose_words(el)
    if "table" in profile.tags:
        _normalize_tables(root)
        _promote_pictures(root)
    _prune(root)


def _demote_inner_headings(root: Element, profile: Profile) -> None:
    # A heading inside a quote or a cell is emphasis; headings of the text itself stand at the top.
    for el in list(root.iter(*HEADINGS)):
        outer = [str(a.tag) for a in el.iterancestors()]
        if "h2" not in profile.tags or any(tag not in {"root", "div"} for tag in outer):
            fill(el, [new("strong", take_apart(el))])
            el.tag = "p"


def _replace_refused(root: Element, profile: Profile) -> None:
    for el in list(root.iterdescendants()):
        tag = str(el.tag)
        if tag in HEADINGS or (tag in profile.tags and _has_home(el)):
            continue
        if tag in {"td", "th"}:
            el.tail = " " + (el.tail or "")
            unwrap(el)
        elif tag in _BLOCKS and tag != "hr":
            el.tag = "div"
        else:
            unwrap(el)


def _has_home(el: Element) -> bool:
    home = _HOMES.get(str(el.tag))
    return home is None or any(outer.tag == home for outer in el.iterancestors())


def _straighten_lines(root: Element) -> None:
    """Take blocks out of lines: a <p> in a heading or a <div> in a <pre> loses its tag."""
    for el in list(root.iter(*_BLOCKS)):
        if any(outer.tag in LINES for outer in el.iterancestors()):
            el.text, el.tail = " " + (el.text or ""), " " + (el.tail or "")
            unwrap(el)


def _dissolve_divs(root: Element) -> None:
    for el in reversed(list(root.iter("div"))):
        if any(child.tag in _BLOCKS for child in el):
            _wrap_loose_words(el)
            unwrap(el)
        else:
            el.tag = "p"


def _wrap_loose_words(el: Element) -> None:
    nodes = take_apart(el)
    run: list[Node] = []
    for node in [*nodes, None]:
        if node is not None and (isinstance(node, str) or node.tag not in _BLOCKS):
            run.append(node)
            continue
        if not all(is_blank(word) for word in run):
            el.append(new("p", run))
        run = []
        if node is not None:
            fill(el, [node])


def _normalize_lists(root: Element) -> None:
    for el in list(root.iter("li")):
        if parent_of(el).tag not in LISTS:
            previous = el.getprevious()
            if previous is not None and previous.get("stray") and is_blank(previous.tail or ""):
                previous.tail = None
                fill(previous, _detached(el))
            else:
                stray = new("ul", attributes={"stray": "1"})
                el.addprevious(stray)
                fill(stray, _detached(el))
    for el in root.iter(*LISTS):
        _only_items(el)


def _detached(el: Element) -> Iterable[Node]:
    remove(el)
    el.tail = None
    return [el]


def _only_items(el: Element) -> None:
    """Put what stands between the items of a list into an item: lists into the one before."""
    items: list[Element] = []
    loose: Element | None = None
    for node in take_apart(el):
        if isinstance(node, str) and not node.strip() and loose is None:
            continue
        if not isinstance(node, str) and node.tag == "li":
            items.append(node)
            loose = None
        elif not isinstance(node, str) and node.tag in LISTS and items:
            items[-1].append(node)
        else:
            if loose is None:
                loose = new("li")
                items.append(loose)
            fill(loose, [node])
    fill(el, items)


def _normalize_tables(root: Element) -> None:
    for el in list(root.iter("table")):
        if any(outer.tag == "table" for outer in el.iterancestors()):
            _flatten_table(el)
    for el in root.iter("table"):
        _mark_header(el)
    for el in root.iter("table", *_ROWS):
        fill(el, [node for node in take_apart(el) if not isinstance(node, str)])
    for cell in root.iter("td", "th"):
        _normalize_cell(cell)


def _flatten_table(el: Element) -> None:
    """Turn a table inside a cell into one paragraph per row."""
    rows = [new("p", [" ".join(text for text in map(text_in, row) if text)]) for row in el.iter("tr")]
    for row in rows:
        el.addprevious(row)
    remove(el)


def _mark_header(table: Element) -> None:
    rows = list(table.iter("tr"))
    if (
        rows
        and table.find("thead") is None
        and len(rows) > 1
        and len(rows[0])
        and all(_is_bold(cell) for cell in rows[0])
    ):
        head = new("thead")
        parent_of(rows[0]).addprevious(head)
        fill(head, _detached(rows[0]))
    for row in table.iterfind("thead/tr"):
        for cell in row:
            cell.tag = "th"


def _is_bold(cell: Element) -> bool:
    if cell.tag == "th":
        return True
    bold = "".join(text_in(el) for el in cell.iter("strong"))
    return bool(bold) and bold.replace(" ", "") == text_in(cell).replace(" ", "")


def _normalize_cell(cell: Element) -> None:
    children = list(cell)
    if len(children) == 1 and children[0].tag == "p" and _alone(children[0]):
        unwrap(children[0])
    if cell.tag == "th":
        for el in list(cell.iter("strong")):
            unwrap(el)
        cell.set("scope", "col" if parent_of(parent_of(cell)).tag == "thead" else "row")
    for name in ("colspan", "rowspan"):
        span = cell.get(name, "")
        if not (span.isascii() and span.isdigit() and 1 < int(span[:4]) <= _MAX_SPAN):
            cell.attrib.pop(name, "")


def _alone(el: Element) -> bool:
    return is_blank(parent_of(el).text or "") and is_blank(el.tail or "")


def _promote_pictures(root: Element) -> None:
    """A paragraph that holds one picture and nothing else is a figure."""
    for el in list(root.iterchildren("p")):
        if len(el) == 1 and el[0].tag == "img" and is_blank(el.text or "") and is_blank(el[0].tail or ""):
            el.tag = "figure"
    for el in root.iter("figure"):
        for inner in list(el.iterchildren("p")):
            if next(inner.iter("img"), None) is not None and not "".join(map(str, inner.itertext())).strip():
                unwrap(inner)


_PRUNED = ((INLINE - {"a"}) | LISTS | LINES) | {
    "li",
    "blockquote",
    "figure",
    "aside",
    "section",
    "dl",
    "dd",
    "table",
}


def _prune(root: Element) -> None:
    """Remove what shows nothing, innermost first."""
    for el in reversed(list(root.iter(*_PRUNED))):
        if is_blank(el):
            # White space between two words may stand in an empty <strong>.
            (unwrap if el.tag in INLINE else remove)(el)
    for el in root.iter(*_BLOCKS):
        _trim_around(el)
    for el in root.iter(*LINES, "li", "dd", "th", "td"):
        _trim(el)
    for el in root.iter("pre"):
        # The parser swallows a first line break in <pre>; without this each cleaning would eat one more.
        el.text = (el.text or "").lstrip("\n") or None


def _trim_around(el: Element) -> None:
    """Take white space away where words meet a block."""
    previous, parent = el.getprevious(), parent_of(el)
    if previous is not None:
        previous.tail = (previous.tail or "").rstrip(_SPACE)
    else:
        parent.text = (parent.text or "").rstrip(_SPACE)
    el.tail = (el.tail or "").lstrip(_SPACE)


def _trim(el: Element) -> None:
    """Take white space (not the no-break kind) off both ends of words."""
    if el.tag == "pre":
        return
    el.text = (el.text or "").lstrip(_SPACE)
    if len(el):
        el[-1].tail = (el[-1].tail or "").rstrip(_SPACE)
    else:
        el.text = el.text.rstrip(_SPACE)
