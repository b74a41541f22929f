"""The words of a page, as somebody reads them."""

import re
from typing import Any

from django.test import Client


def words_of(response: Any, status: int) -> str:
    """Return the words of the page's main part, with single spaces."""
    assert response.status_code == status
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(client: Client, path: str) -> str:
    """Open a page and return its words."""
    return words_of(client.get(path), 200)
