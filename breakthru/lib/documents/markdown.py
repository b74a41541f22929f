"""Markdown documents: CommonMark with tables, footnotes, callouts and a front matter."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from breakthru.lib.documents.draft import Draft, parse
from breakthru.lib.documents.html import report_active
from breakthru.lib.documents.report import Album, DropLog

_ENTRY = re.compile(r"([A-Za-z_][\w-]*)\s*:(?:\s+(.*))?")
_BLOCK_STYLES = frozenset({"", "|", ">", "|-", ">-", "|+", ">+"})


class _Parser(MarkdownIt):
    """Lets every picture inside the document through, so that the album can say why it takes none."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the name is the parser's
        return super().validateLink(url) or url.lower().startswith("data:image/")


def read_markdown(text: str, log: DropLog, album: Album) -> Draft:
    """Read a Markdown document; HTML in it goes through the same cleaner as everything else."""
    parser = _Parser("commonmark", {"html": True}).enable("table")
    parser.use(front_matter_plugin).use(footnote_plugin)
    tokens = parser.parse(text)
    html = parser.renderer.render(tokens, parser.options, {})
    report_active(html, log)
    about = _front_matter(tokens)
    summary = about.get("summary") or about.get("description") or ""
    root = parse(html.replace('<hr class="footnotes-sep" />', ""))
    return Draft(root, log, album, title=about.get("title", ""), summary=summary, about=about)


def _front_matter(tokens: Sequence[Token]) -> dict[str, str]:
    """Return the entries of the front matter; the lines of one value are joined, items by commas."""
    lines = tokens[0].content.splitlines() if tokens and tokens[0].type == "front_matter" else []
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        match = _ENTRY.fullmatch(line.rstrip())
        if match:
            name, value = match[1].lower(), (match[2] or "").strip()
            found[name] = "" if value in _BLOCK_STYLES else _unquoted(value)
        elif name and line[:1].isspace():
            found[name] = _joined(found[name], line.strip())
    return found


def _joined(value: str, line: str) -> str:
    is_item = line.startswith("- ")
    more = _unquoted(line[2:].strip()) if is_item else line
    return f"{value}{',' if is_item and value else ''} {more}".strip()


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
