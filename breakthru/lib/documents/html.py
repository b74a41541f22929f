"""HTML documents: the text of a saved page, without what made it a page."""

import html
import re

from breakthru.lib.documents.draft import Draft, parse
from breakthru.lib.documents.report import REFUSED_LINKS, Album, DropLog

_KINDS = {
    "script": "Scripts",
    "style": "Style sheets",
    "iframe": "Embedded pages",
    "frame": "Embedded pages",
    "object": "Embedded objects",
    "embed": "Embedded objects",
    "applet": "Embedded objects",
    "form": "Forms",
    "input": "Form fields",
    "select": "Form fields",
    "textarea": "Form fields",
    "button": "Form fields",
    "svg": "Drawings",
    "canvas": "Drawings",
    "math": "Formulas",
    "video": "Video and sound",
    "audio": "Video and sound",
}
# Bounded repeats keep these linear on hostile input.
_TAG = re.compile(rf"<({'|'.join(_KINDS)})(?=[\s/>])[^<>]{{0,200}}", re.IGNORECASE)
_HANDLER = re.compile(r"<[a-z][^<>]{0,400}?\s(on[a-z]{3,20})\s?=", re.IGNORECASE)
_SCRIPT_LINK = re.compile(
    r"href\s?=\s?[\"']?\s{0,20}((?:javascript|vbscript|data):[^\"'<>]{0,100})", re.IGNORECASE
)
_TITLE = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,500})</title", re.IGNORECASE)
_META = re.compile(r"<meta\s([^<>]{0,1000})>", re.IGNORECASE)
_CONTENT = re.compile(r"content\s?=\s?(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_DESCRIPTION = re.compile(r"name\s?=\s?[\"']?description\b", re.IGNORECASE)


def read_html(text: str, log: DropLog, album: Album) -> Draft:
    """Read an HTML document; its <title> serves where it has no h1, its description is the summary."""
    report_active(text, log)
    match = _TITLE.search(text)
    title = html.unescape(match[1]).strip() if match else ""
    return Draft(parse(text), log, album, summary=_description(text), fallback_title=title)


def report_active(text: str, log: DropLog) -> None:
    """Log what the cleaner will take out of HTML: scripts, styles, frames, forms, media."""
    for match in _TAG.finditer(text):
        log.add(_KINDS[match[1].lower()], match.group() + ">")
    for match in _HANDLER.finditer(text):
        log.add("Scripts in attributes", match[1])
    for match in _SCRIPT_LINK.finditer(text):
        log.add(REFUSED_LINKS, match[1])


def _description(text: str) -> str:
    for match in _META.finditer(text):
        content = _CONTENT.search(match[1])
        if content and _DESCRIPTION.search(match[1]):
            return html.unescape(content[1] or content[2] or "")
    return ""
