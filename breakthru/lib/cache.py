"""A cache that may vanish: no read or write through it can break a page."""

import logging
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# How keys begin that no lost cache may forget: allauth's limits, locks and used codes.
LIMITS = "allauth"


class ForgivingRedisCache(RedisCache):
    """Redis cache whose failures look like misses (RELIABILITY §2.3).

    Each call waits at most the 0.2 s socket timeout of CACHES; a failure is logged by kind and answered
    as "not there". What counts tries and used codes (LIMITS) is kept in the database meanwhile: guessing
    must stay slow.
    """

    def _try(self, operation: str, fallback: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), operation)(*args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache %s failed: %s", operation, type(error).__name__)
            if args and str(args[0]).startswith(LIMITS):
                return getattr(caches["limits"], operation)(*args, **kwargs)
            return fallback

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try("get", default, key, default=default, version=version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try("set", None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        # "Added" is the answer that lets the caller go on with its work.
        return bool(self._try("add", True, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try("delete", False, *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return int(self._try("incr", 1, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(self._try("get_many", {}, *args, **kwargs))

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        # The answer names the keys that were not stored.
        return list(self._try("set_many", list(data), data, *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try("delete_many", None, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try("has_key", False, *args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try("touch", False, *args, **kwargs))

    def clear(self) -> None:
        self._try("clear", None)
