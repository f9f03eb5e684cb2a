"""One Redis client for each process.  Django makes a cache object, and with it connections, for every request."""

from functools import cache, cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient


class _OneClient(RedisCacheClient):
    """Keeps redis-py's client, too: making one costs more than what it is asked."""

    def __init__(self, *arguments: Any, **options: Any) -> None:     # Any: Django's own
        super().__init__(*arguments, **options)
        self._kept = super().get_client(write=True)

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
