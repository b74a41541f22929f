"""Full-text search: what was found, marked."""

from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Control characters cannot stand in a cleaned text, so nobody can write a mark into theirs.
_START, _STOP = "\x02", "\x03"


def headline(field: str, words: str) -> SearchHeadline:
    """Return the expression for the part of a plain-text `field` that fits `words`; `marked` prints it."""
    query = SearchQuery(words, search_type="websearch", config="english")
    options: dict[str, Any] = {"max_words": 32, "min_words": 16, "max_fragments": 1}
    return SearchHeadline(field, query, config="english", start_sel=_START, stop_sel=_STOP, **options)


def marked(text: str) -> SafeString:
    """Escape a headline and turn its marks into `<mark>`."""
    html = str(escape(" ".join(text.split())))
    return mark_safe(html.replace(_START, "<mark>").replace(_STOP, "</mark>"))  # noqa: S308  (escaped above)
