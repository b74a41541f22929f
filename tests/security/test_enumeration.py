"""Nobody learns at a door who is a member; the clock is compared by benchmarks/enumeration.py."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.factories.people import UserFactory
from tests.security.doors import DOORS

pytestmark = pytest.mark.django_db
# As long as each other, so that a page may repeat what was typed.
KNOWN, UNKNOWN = "known@example.test", "other@example.test"
_SECRETS = re.compile(r'(name="csrfmiddlewaretoken" value=)"[^"]+"|nonce-[^\']+')

_EACH_ITS_OWN = {"x-request-id"}


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """Headers with a date in them say the same."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    """Each test begins with all of its tries."""
    cache.clear()


def seen(answer: Any) -> dict[str, Any]:
    """Everything a stranger gets, but for what differs each time."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _EACH_ITS_OWN}
    return {
        "status": answer.status_code,
        "headers": {name: _SECRETS.sub("", value) for name, value in headers.items()},
        "body": _SECRETS.sub(r"\1", answer.content.decode()).replace(KNOWN, UNKNOWN),
        "length": len(answer.content),
        "cookies": {
            name: (len(cookie.value), cookie["path"], cookie["max-age"])
            for name, cookie in answer.cookies.items()
        },
    }


def walk(door: str, email: str) -> list[dict[str, Any]]:
    """What is seen on posting, and on the page after it."""
    client = Client()
    answer = DOORS[door](client, email)
    pages = [seen(answer)]
    if answer.status_code == 302:
        pages.append(seen(client.get(answer["Location"])))
    return pages


@pytest.mark.parametrize("is_verified", [True, False])
@pytest.mark.parametrize("door", DOORS)
def test_known_and_unknown_address_look_alike(door: str, is_verified: bool) -> None:
    UserFactory.create(email=KNOWN, verified=is_verified)
    assert walk(door, KNOWN) == walk(door, UNKNOWN)


@pytest.mark.parametrize("door", DOORS)
def test_limits_of_a_known_and_an_unknown_address_look_alike(door: str) -> None:
    UserFactory.create(email=KNOWN)
    answers = {}
    for email in (KNOWN, UNKNOWN):
        cache.clear()
        answers[email] = [DOORS[door](Client(), email).status_code for _ in range(8)]
    assert answers[KNOWN] == answers[UNKNOWN]


@pytest.mark.parametrize("door", DOORS)
def test_closed_account_looks_like_an_unknown_one(door: str) -> None:
    UserFactory.create(email=KNOWN, is_active=False)
    assert walk(door, KNOWN) == walk(door, UNKNOWN)


def test_a_page_that_told_would_be_noticed() -> None:
    UserFactory.create(email=KNOWN)
    known, unknown = walk("login", KNOWN), walk("login", UNKNOWN)
    known[0]["body"] += " "
    assert known != unknown
