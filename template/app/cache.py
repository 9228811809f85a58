"""A cache in memory: bounded, with a lifetime for each entry, and one load for many who wait."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar, cast

from fastapi import Depends, Request

T = TypeVar("T")


class CacheStore(Protocol):
    """What a feature may use of the cache. Values must not be changed by whoever gets them."""

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[T]], *, seconds: float) -> T:
        """Give the cached value, or load it and keep it for so many seconds."""

    async def forget(self, key: str) -> None:
        """Drop a value, so that the next caller loads it anew."""


class MemoryCache:
    """The least recently used entries go first. Each process has its own."""

    def __init__(self, max_entries: int = 10_000) -> None:
        self.max_entries = max_entries
        self._entries: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._loading: dict[str, asyncio.Future[Any]] = {}

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[T]], *, seconds: float) -> T:
        """Give the cached value, or load it once for everybody who asks meanwhile."""
        while True:
            expires, value = self._entries.get(key, (0.0, None))
            if expires > time.monotonic():
                self._entries.move_to_end(key)
                return cast(T, value)
            loading = self._loading.get(key)
            if loading is None:
                return await self._load(key, load, seconds)
            try:
                return cast(T, await asyncio.shield(loading))
            except asyncio.CancelledError:
                if not loading.cancelled():  # we were cancelled, not the caller who loads
                    raise

    async def forget(self, key: str) -> None:
        """Drop a value, and do not keep the one being loaded: it may be older than the change."""
        self._entries.pop(key, None)
        self._loading.pop(key, None)

    async def _load(self, key: str, load: Callable[[], Awaitable[T]], seconds: float) -> T:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._loading[key] = future
        try:
            value = await load()
        except asyncio.CancelledError:
            future.cancel()  # one of those who wait takes over
            raise
        except Exception as error:
            future.set_exception(error)
            future.exception()  # seen, also when nobody waits
            raise
        else:
            future.set_result(value)
            if self._loading.get(key) is future:
                self._entries[key] = (time.monotonic() + seconds, value)
                self._entries.move_to_end(key)
                while len(self._entries) > self.max_entries:
                    self._entries.popitem(last=False)
            return value
        finally:
            if self._loading.get(key) is future:
                del self._loading[key]


async def _cache(request: Request) -> CacheStore:
    store: CacheStore = request.app.state.cache
    return store


Cache = Annotated[CacheStore, Depends(_cache)]
