"""A page as its reader meets it: a tree to ask, and words without the spaces of the markup."""

from itertools import pairwise
from typing import Any

from django.test import Client
from lxml import html


def open_page(client: Client, path: str, query: dict[str, str] | None = None) -> html.HtmlElement:
    """Get a page that has to be there, as a tree."""
    response = client.get(path, query or {})
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


def words(element: html.HtmlElement) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())


def texts(page: html.HtmlElement, path: str) -> list[str]:
    """The texts of all elements at an XPath."""
    return [words(element) for element in page.xpath(path)]


def attributes(page: html.HtmlElement, path: str) -> list[str]:
    """The values of all attributes at an XPath."""
    return [str(value) for value in page.xpath(path)]


def heading_levels(page: html.HtmlElement) -> list[int]:
    """The levels of the headings in the main part, in order."""
    found: list[Any] = page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    return [int(element.tag[1]) for element in found]


def skipped_levels(levels: list[int]) -> list[tuple[int, int]]:
    """Where a heading is more than one level below the one before it."""
    return [(one, other) for one, other in pairwise(levels) if other > one + 1]


def unsafe_attributes(page: html.HtmlElement) -> list[str]:
    """Inline handlers and styles, which the site's policy refuses to run."""
    return attributes(page, "//@*[starts-with(name(), 'on') or name() = 'style']")
