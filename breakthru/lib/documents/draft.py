"""The last steps that all kinds of documents share: title, pictures, notes, links, cleaning."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import unquote_to_bytes

from breakthru.lib.documents.levels import HEADINGS, levels_of, report_levels
from breakthru.lib.documents.notes import gather_footnotes, mark_callouts
from breakthru.lib.documents.report import REFUSED_LINKS, Album, DocumentError, DropLog, Imported
from breakthru.lib.richtext import ARTICLE, RichTextError, clean
from breakthru.lib.richtext.tree import Element, read, read_any, remove, text_in, unwrap, write

MAX_TITLE = 200
MAX_SUMMARY = 500
_DATA = re.compile(r"data:image/[a-z0-9.+-]+(?:;[a-z0-9=-]+)*?(;base64)?,", re.IGNORECASE)
_PICTURE_DATA = re.compile(r"data:image/[^\"'\s<>]*", re.IGNORECASE)


@dataclass
class Draft:
    """A document on its way: its tree, what it says about itself, and what was left out so far."""

    root: Element
    log: DropLog
    album: Album
    title: str = ""
    summary: str = ""
    fallback_title: str = ""
    about: dict[str, str] = field(default_factory=dict)


def parse(html: str) -> Element:
    """Return the tree of a document's HTML; raises DocumentError for markup that nobody wrote by hand."""
    # Cleaning grows faster than the text: what is too long is refused before, its pictures not counted.
    if len(_PICTURE_DATA.sub("", html)) > ARTICLE.max_bytes:
        raise DocumentError("This text is too long for one article. Please split it.")
    try:
        return read_any(html, ARTICLE)
    except RichTextError as error:
        raise DocumentError("The document has far too much formatting to be read.") from error


def finish(draft: Draft, file_name: str) -> Imported:
    """Return the finished import; raises DocumentError where the text is too long or empty."""
    root = draft.root
    _drop_bold_in_headings(root)
    title = draft.title or _title_from_heading(root) or draft.fallback_title or _title_from(file_name)
    if draft.title:
        _drop_repeated_title(root, draft.title)
    _take_data_pictures(root, draft.album)
    mark_callouts(root)
    gather_footnotes(root)
    _report_links(root, draft.log)
    levels = levels_of(root)
    try:
        cleaned = clean(write(root), ARTICLE)
    except RichTextError as error:
        raise DocumentError(f"The document cannot be imported. {error}") from error
    if not cleaned.html:
        raise DocumentError("The document has no text.")
    report_levels(levels, levels_of(read(cleaned.html)), draft.log, is_titled=bool(draft.title))
    used = tuple(image for image in draft.album.images() if image.name in cleaned.html)
    summary = " ".join(draft.summary.split())[:MAX_SUMMARY].strip()
    title = " ".join(title.split())[:MAX_TITLE].strip()
    return Imported(title, summary, cleaned, used, draft.log.result(), draft.about)


def _drop_bold_in_headings(root: Element) -> None:
    for heading in root.iter(*HEADINGS):
        for el in list(heading.iter("strong", "b")):
            unwrap(el)


def _title_from_heading(root: Element) -> str:
    """Return the first h1. A single one is the title and leaves the text; several are chapters and stay."""
    found = list(root.iter("h1"))
    title = text_in(found[0]) if found else ""
    if len(found) == 1 and next(root.iter(*HEADINGS)) is found[0]:
        remove(found[0])
    return title


def _drop_repeated_title(root: Element, title: str) -> None:
    first = next(root.iter(*HEADINGS), None)
    if first is not None and text_in(first).casefold() == " ".join(title.split()).casefold():
        remove(first)


def _title_from(file_name: str) -> str:
    words = re.sub(r"[\s_-]+", " ", PurePath(file_name.replace("\\", "/")).stem).strip()
    return words[:1].upper() + words[1:]


def _take_data_pictures(root: Element, album: Album) -> None:
    """Take in the pictures that the document holds as data: addresses; nothing is ever fetched."""
    for el in list(root.iter("img")):
        src = el.get("src", "")
        if ARTICLE.allows_image(src):
            continue
        attributes = _decoded(src, el.get("alt", ""), album)
        for name, value in (attributes or {"src": ""}).items():
            el.set(name, value)


def _decoded(src: str, alt: str, album: Album) -> dict[str, str] | None:
    match = _DATA.match(src)
    if match is None:
        album.refuse("It is not inside the document.", alt or src[:80])
        return None
    try:
        payload = unquote_to_bytes(src[match.end() :])
        data = base64.b64decode(payload) if match[1] else payload
    except binascii.Error:
        album.refuse("The picture is damaged.", alt)
        return None
    return album.add(data, alt)


def _report_links(root: Element, log: DropLog) -> None:
    for el in root.iter("a"):
        href = el.get("href", "").strip().replace(" ", "%20")
        if href and not ARTICLE.allows_link(href) and text_in(el):
            log.add(REFUSED_LINKS, f"{text_in(el)} ({href})")
