"""Plain text: what a bare textarea sends, and the words of a text for search, excerpts and reading time."""

import html
import re

from breakthru.lib.richtext.tree import strip_invisible

WORDS_PER_MINUTE = 230

_STARTS_WITH_BLOCK = re.compile(
    r"\s*<(?:p|ul|ol|blockquote|pre|h[1-6]|div|figure|table|section|aside|hr|dl)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def looks_like_html(value: str) -> bool:
    """Say whether a posted value came from the editor (it begins with a block tag) or from a bare textarea.

    The editor always posts blocks; who types `<b>` or `a < b` into a textarea means those characters.
    """
    return _STARTS_WITH_BLOCK.match(value) is not None


def from_plain_text(text: str) -> str:
    """Return typed text as HTML: blank lines part paragraphs, single ones break, web addresses become links.

    The result is escaped but not yet cleaned; pass it to `clean`.
    """
    paragraphs = _BLANK_LINES.split(strip_invisible(text).strip())
    return "".join(f"<p>{_with_links(part)}</p>" for part in paragraphs if part)


def _with_links(text: str) -> str:
    out, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = _without_punctuation(match.group())
        out.append(html.escape(text[at : match.start()], quote=False))
        out.append(f'<a href="{html.escape(address)}">{html.escape(address, quote=False)}</a>')
        at = match.start() + len(address)
    out.append(html.escape(text[at:], quote=False))
    return "".join(out).replace("\n", "<br>")


def _without_punctuation(address: str) -> str:
    """Return an address without the punctuation of the sentence around it; brackets stay if they pair."""
    while address[-1] in ".,;:!?'*_" or (address[-1] == ")" and address.count("(") < address.count(")")):
        address = address[:-1]
    return address


def excerpt(text: str, words: int) -> str:
    """Return the first `words` words of `text` on one line, with an ellipsis if more follow."""
    found = text.split(None, words)
    return " ".join(found[:words]) + ("…" if len(found) > words else "")


def reading_minutes(word_count: int) -> int:
    """Return how many whole minutes `word_count` words take to read, at least one."""
    return max(1, round(word_count / WORDS_PER_MINUTE))
