"""A cache that is away looks empty and breaks nothing."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from breakthru.lib.cache import ForgivingRedisCache

TIMEOUTS = {"OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}}


@pytest.fixture
def live() -> ForgivingRedisCache:
    """The suite's own Valkey."""
    cache = ForgivingRedisCache(settings.CACHE_URL, {**TIMEOUTS, "KEY_PREFIX": "test-cache"})
    cache.clear()
    return cache


@pytest.fixture
def dead() -> ForgivingRedisCache:
    """Nobody listens there."""
    return ForgivingRedisCache("unix:///nowhere/cache.sock", TIMEOUTS)


def test_cache_answers_like_any_other(live: ForgivingRedisCache) -> None:
    live.set("a", 1)
    assert live.get("a") == 1
    assert live.add("a", 2) is False
    assert live.add("b", 2) is True
    assert live.incr("a", 2) == 3
    assert live.touch("a", 60) is True
    assert live.set_many({"c": 4}) == []
    assert live.get_many(["a", "b", "c"]) == {"a": 3, "b": 2, "c": 4}
    assert live.delete("a") is True
    live.delete_many(["b"])
    assert ("b" in live, "c" in live) == (False, True)
    live.clear()
    assert live.get("c", "gone") == "gone"


def test_cache_still_says_when_there_is_nothing_to_count(live: ForgivingRedisCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        live.incr("missing")


OPERATIONS: dict[str, tuple[Callable[[ForgivingRedisCache], Any], Any]] = {
    "get": (lambda cache: cache.get("a", "default"), "default"),
    "set": (lambda cache: cache.set("a", 1), None),
    "add": (lambda cache: cache.add("a", 1), True),
    "delete": (lambda cache: cache.delete("a"), False),
    "incr": (lambda cache: cache.incr("a"), 1),
    "get_many": (lambda cache: cache.get_many(["a"]), {}),
    "set_many": (lambda cache: cache.set_many({"a": 1}), ["a"]),
    "delete_many": (lambda cache: cache.delete_many(["a"]), None),
    "has_key": (lambda cache: cache.has_key("a"), False),
    "touch": (lambda cache: cache.touch("a"), False),
    "clear": (lambda cache: cache.clear(), None),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_cache_that_is_away_looks_empty(
    operation: str, dead: ForgivingRedisCache, caplog: pytest.LogCaptureFixture
) -> None:
    act, expected = OPERATIONS[operation]
    with caplog.at_level(logging.WARNING, logger="breakthru.lib.cache"):
        assert act(dead) == expected
    assert caplog.messages == [f"cache {operation} failed: ConnectionError"]


def test_cache_that_is_away_lets_the_work_be_done(dead: ForgivingRedisCache) -> None:
    assert dead.get_or_set("a", lambda: "computed") == "computed"


def test_cache_offers_nothing_that_could_break_a_page() -> None:
    # Each synchronous operation of Django's Redis cache is one of ours; a new one must be added here.
    from_django = {
        name for name in vars(ForgivingRedisCache.__mro__[1]) if not name.startswith(("_", "get_"))
    }
    ours = set(OPERATIONS) | {"validate_key", "make_key", "make_and_validate_key"}
    assert from_django <= ours
