"""One Redis client for each process.  Django makes a cache object, and with it connections, for every request."""

import time
from functools import cache, cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient

MOST_REMEMBERED = 10_000      # counters; beyond that all are forgotten, and asked for once more


class _OneClient(RedisCacheClient):
    """Keeps redis-py's client, too: making one costs more than what it is asked."""

    def __init__(self, *arguments: Any, **options: Any) -> None:     # Any: Django's own
        super().__init__(*arguments, **options)
        self._kept = super().get_client(write=True)
        self._there: dict[str, tuple[float, int]] = {}      # until when a counter is there, and for how long it lives

    def add(self, key: Any, value: Any, timeout: Any) -> bool:     # Any: Django's own
        """A counter that was there is not asked for again: django-ratelimit adds before each `incr`, which makes one
        that is gone."""
        until, _lives_s = self._there.get(key, (0.0, 0))
        now = time.monotonic()
        if now < until:
            return False
        is_new = super().add(key, value, timeout)
        if isinstance(value, int) and isinstance(timeout, int):
            if len(self._there) >= MOST_REMEMBERED:
                self._there.clear()
            self._there[key] = now + timeout, timeout
        return is_new

    def incr(self, key: Any, delta: int) -> int:     # Any: Django's own
        """In one round trip: Django first asks whether there is such a key."""
        count: int = self._kept.incrby(key, delta)
        if count == delta:      # there was none, and what INCRBY has made would never expire
            _until, lives_s = self._there.get(key, (0.0, 0))
            if not lives_s:
                self._kept.delete(key)
                raise ValueError(f"Key '{key}' not found.")
            self._kept.expire(key, lives_s)      # it was lost, or ran out, and is counted from here
        return count

    def delete(self, key: Any) -> bool:     # Any: Django's own
        self._there.pop(key, None)
        return super().delete(key)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:     # Any: Django's own
        return self._kept


@cache
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> _OneClient:     # Any: redis-py's
    return _OneClient(list(servers), **dict(options))


class RedisCache(DjangosRedisCache):
    @cached_property
    def _cache(self) -> _OneClient:
        """Safe in any number of threads: its pool hands every connection to one of them at a time."""
        mine: Any = self      # Any: the stubs do not know these attributes
        return _client(tuple(mine._servers), tuple(sorted(mine._options.items())))
