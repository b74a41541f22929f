"""Full-text search: what was found, marked."""

import re
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Control characters cannot stand in a cleaned text, so nobody can write a mark into theirs.
_START, _STOP = "\x02", "\x03"


# PostgreSQL keeps each minus until a word comes, and fails when there are too many of them.
_MINUSES = re.compile(r"-(?:\s*-)+")


def query_of(words: str) -> SearchQuery:
    """Return what a search asks for as people type it: words, "phrases", and exclusions by one minus."""
    return SearchQuery(_MINUSES.sub(" ", words), search_type="websearch", config="english")


def headline(field: str, words: str) -> SearchHeadline:
    """Return the expression for the part of a plain-text `field` that fits `words`; `marked` prints it."""
    query = query_of(words)
    options: dict[str, Any] = {"max_words": 32, "min_words": 16, "max_fragments": 1}
    return SearchHeadline(field, query, config="english", start_sel=_START, stop_sel=_STOP, **options)


def marked(text: str) -> SafeString:
    """Escape a headline and turn its marks into `<mark>`."""
    html = str(escape(" ".join(text.split())))
    return mark_safe(html.replace(_START, "<mark>").replace(_STOP, "</mark>"))  # noqa: S308  (escaped above)
