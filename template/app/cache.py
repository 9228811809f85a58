"""A cache: each value has a lifetime, and one load serves all who wait. shared_store.py keeps the values."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar, cast

from fastapi import Depends, Request
from typing_extensions import TypeForm

T = TypeVar("T")


class CacheStore(Protocol):
    """What a feature may use of the cache. Values must not be changed by whoever gets them."""

    async def get_or_load(
        self, key: str, load: Callable[[], Awaitable[T]], *, of: TypeForm[T], seconds: float
    ) -> T:
        """Give the cached value, or load it and keep it for so many seconds at most.

        `of` is the type of the value: it can be kept as JSON, where another process reads it.
        """

    async def forget(self, key: str) -> None:
        """Drop a value, so that the next caller loads it anew."""


class SingleFlight:
    """One load for everybody in this process who asks for the same key meanwhile."""

    def __init__(self) -> None:
        self._loading: dict[str, asyncio.Future[Any]] = {}

    async def run(self, key: str, load: Callable[[], Awaitable[T]]) -> T:
        """Wait for the load that runs, or load. When whoever loads is cancelled, another takes over."""
        while (loading := self._loading.get(key)) is not None:
            try:
                return cast(T, await asyncio.shield(loading))
            except asyncio.CancelledError:
                if not loading.cancelled():  # we were cancelled, not the caller who loads
                    raise
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
            return value
        finally:
            if self._loading.get(key) is future:
                del self._loading[key]

    def forget(self, key: str) -> None:
        """Let nobody else wait for the load that runs: it may be older than the change."""
        self._loading.pop(key, None)


async def _cache(request: Request) -> CacheStore:
    store: CacheStore = request.app.state.shared_store.cache
    return store


Cache = Annotated[CacheStore, Depends(_cache)]
