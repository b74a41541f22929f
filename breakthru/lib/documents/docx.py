"""Word documents: mammoth reads words and styles; lists, notes and the report are made here."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, Any, Protocol

import mammoth
from mammoth import html as mammoth_html

from breakthru.lib.documents.draft import Draft, parse
from breakthru.lib.documents.lists import nest_lists
from breakthru.lib.documents.notes import CALLOUTS
from breakthru.lib.documents.package import open_package
from breakthru.lib.documents.report import Album, DocumentError, DropLog
from breakthru.lib.documents.word import prepare
from breakthru.lib.richtext.tree import Element, new, remove, take_apart, text_in

_MAX_LEVEL = 9
_QUOTES = ("Quote", "Intense Quote", "Block Text", "Quotations")
_CODE = ("HTML Preformatted", "Code", "Source Code", "Preformatted Text")
_PLAIN = (
    *("Normal", "Normal (Web)", "Body", "Body Text", "Body Text 2", "Body Text 3", "First Paragraph"),
    *("Compact", "No Spacing", "Default", "Standard", "Text body", "footnote text", "Footnote Text"),
    *("endnote text", "annotation text", "Footnote", "Endnote", "Table Contents", "Table Heading"),
)
_PLAIN_RUNS = (
    *("Hyperlink", "FollowedHyperlink", "Internet Link", "Default Paragraph Font", "footnote reference"),
    *("endnote reference", "annotation reference", "Footnote anchor", "Endnote anchor", "page number"),
    *("Footnote Characters", "Endnote Characters", "Book Title"),
)
_STYLE_MESSAGE = re.compile(r"Unrecognised (?:paragraph|run) style: (.*) \(Style ID: .*\)", re.DOTALL)
_CHECKBOX = re.compile(r'<input( checked="checked")? type="checkbox" />')


class _WordImage(Protocol):
    alt_text: str | None

    def open(self) -> AbstractContextManager[IO[bytes]]: ...


def _style_map() -> str:
    return "\n".join((*_headings(), *_list_styles(), *_other_styles(), *_numbered()))


def _headings() -> Iterator[str]:
    yield "p[style-name='Title'] => h1.bt-title:fresh"
    yield "p[style-name='Subtitle'] => p.bt-subtitle:fresh"
    for level in range(1, _MAX_LEVEL + 1):
        tag = f"h{min(level, 6)}"
        yield f"p[style-name='heading {level}'] => {tag}:fresh"
        yield f"p.Heading{level} => {tag}:fresh"
    yield "p[style-name='Heading'] => h1:fresh"
    # A table of contents is made anew from the headings.
    yield "p[style-name^='toc '] => !"


def _list_styles() -> Iterator[str]:
    """Word's own list styles tell their depth by name; their numbering calls each of them level one."""
    for depth in range(1, 6):
        number = "" if depth == 1 else f" {depth}"
        for name, kind in (("List Bullet", "u"), ("List Number", "o"), ("List", "u")):
            for level in range(2, _MAX_LEVEL + 1):
                for numbering, shown in (("unordered", "u"), ("ordered", "o")):
                    matcher = f"p[style-name='{name}{number}']:{numbering}-list({level})"
                    yield f"{matcher} => p.bt-item-{shown}-{level}:fresh"
            yield f"p[style-name='{name}{number}'] => p.bt-item-{kind}-{depth}:fresh"
        yield f"p[style-name='List Continue{number}'] => p.bt-continue-{depth}:fresh"


def _other_styles() -> Iterator[str]:
    yield "p[style-name='Caption'] => p.bt-caption:fresh"
    for name in _QUOTES:
        yield f"p[style-name='{name}'] => blockquote > p:fresh"
    for name in _CODE:
        yield f"p[style-name='{name}'] => pre:separator('\\n')"
    for name in CALLOUTS:
        yield f"p[style-name='{name}'] => aside.bt-{name.replace(' ', '-')} > p:fresh"
    for name in ("Strong", "Intense Emphasis"):
        yield f"r[style-name='{name}'] => strong"
    for name in ("Emphasis", "Subtle Emphasis"):
        yield f"r[style-name='{name}'] => em"
    for name in ("HTML Code", "Source Text", "Verbatim Char"):
        yield f"r[style-name='{name}'] => code"
    for name in _PLAIN_RUNS:
        yield f"r[style-name='{name}'] =>"


def _numbered() -> Iterator[str]:
    for level in range(1, _MAX_LEVEL + 1):
        yield f"p:unordered-list({level}) => p.bt-item-u-{level}:fresh"
        yield f"p:ordered-list({level}) => p.bt-item-o-{level}:fresh"
    yield "p[style-name='List Paragraph'] => p.bt-continue-1:fresh"
    for name in _PLAIN:
        yield f"p[style-name='{name}'] => p:fresh"


_STYLE_MAP = _style_map()


def read_docx(data: bytes, log: DropLog, album: Album) -> Draft:
    """Read a .docx; its Title and Subtitle styles are title and summary. Raises DocumentError."""
    package = open_package(data, log)
    prepare(package, log)
    root = parse(_CHECKBOX.sub(lambda m: "☑ " if m[1] else "☐ ", _to_html(package.write(), log, album)))
    draft = Draft(root, log, album)
    _take_titles(draft)
    nest_lists(root)
    _place_captions(root)
    return draft


def _to_html(source: IO[bytes], log: DropLog, album: Album) -> str:
    def convert_image(image: _WordImage) -> list[Any]:
        with image.open() as stream:
            attributes = album.add(stream.read(), " ".join((image.alt_text or "").split()))
        return [mammoth_html.element("img", attributes)] if attributes else []

    try:
        result = mammoth.convert_to_html(
            source,
            style_map=_STYLE_MAP,
            include_default_style_map=False,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=convert_image,
        )
    except Exception as error:
        # mammoth trusts the file's structure and fails on a broken one with whatever comes first.
        raise DocumentError("The Word document is damaged and cannot be read.") from error
    for message in result.messages:
        unknown = _STYLE_MESSAGE.fullmatch(str(message.message))
        if unknown:
            log.add("Styles without a meaning here (the text is kept)", unknown[1])
    return str(result.value)


def _take_titles(draft: Draft) -> None:
    for el in list(draft.root.iter("h1", "p")):
        kind = el.get("class", "")
        if kind == "bt-title" and not draft.title:
            draft.title = text_in(el)
            remove(el)
        elif kind == "bt-subtitle" and not draft.summary:
            draft.summary = text_in(el)
            remove(el)


def _place_captions(root: Element) -> None:
    """Give a caption to the picture before it, or to the table after or before it; else it stays a line."""
    for el in list(root.iter("p")):
        if el.get("class") != "bt-caption":
            continue
        before, behind = el.getprevious(), el.getnext()
        if before is not None and before.tag == "p" and before.find("img") is not None:
            before.tag = "figure"
            _move_into(before, len(before), "figcaption", el)
        elif behind is not None and behind.tag == "table":
            _move_into(behind, 0, "caption", el)
        elif before is not None and before.tag == "table" and before.find("caption") is None:
            _move_into(before, 0, "caption", el)


def _move_into(home: Element, at: int, tag: str, el: Element) -> None:
    home.insert(at, new(tag, take_apart(el)))
    remove(el)
