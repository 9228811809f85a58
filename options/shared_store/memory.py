"""The shared store: memory. Each process counts and caches for itself."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from typing_extensions import TypeForm

from app.cache import SingleFlight
from app.http.rate_limit import Limit, Verdict
from app.settings import Settings

T = TypeVar("T")


@dataclass(eq=False)
class _Entry:
    expires: float = 0.0
    value: Any = None


class MemoryCache:
    """The least recently used entries go first."""

    def __init__(self, max_entries: int = 10_000) -> None:
        self.max_entries = max_entries
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._flights = SingleFlight()

    async def get_or_load(
        self,
        key: str,
        load: Callable[[], Awaitable[T]],
        *,
        of: TypeForm[T],  # noqa: ARG002 - kept as it is, the value needs no type
        seconds: float,
    ) -> T:
        """Give the cached value, or load it once for everybody who asks meanwhile."""
        return await self._flights.run(key, lambda: self._find(key, load, seconds))

    async def forget(self, key: str) -> None:
        """Drop a value, and do not keep the one being loaded: it may be older than the change."""
        self._entries.pop(key, None)
        self._flights.forget(key)

    async def _find(self, key: str, load: Callable[[], Awaitable[T]], seconds: float) -> T:
        entry = self._entries.get(key)
        if entry is not None and entry.expires > time.monotonic():
            self._entries.move_to_end(key)
            return cast(T, entry.value)
        # Forgotten while it loads, the entry is no longer there, and what it is given does not matter.
        entry = self._entries[key] = _Entry()
        self._entries.move_to_end(key)
        while len(self._entries) > self.max_entries:
            self._entries.popitem(last=False)
        value = await load()
        entry.value, entry.expires = value, time.monotonic() + seconds
        return value


class MemoryRateLimits:
    """Counts by GCRA, one number for each key."""

    def __init__(self, max_keys: int = 100_000) -> None:
        self.max_keys = max_keys
        self._arrivals: dict[str, float] = {}  # theoretical arrival times

    async def hit(self, key: str, limit: Limit) -> Verdict:
        """Count one request."""
        now = time.monotonic()
        arrival = max(self._arrivals.get(key, now), now)
        allowed = arrival - now <= limit.window - limit.interval
        if allowed:
            arrival += limit.interval
            if len(self._arrivals) >= self.max_keys:
                self._forget(now)
            self._arrivals[key] = arrival
        return limit.verdict(allowed, arrival - now)

    def _forget(self, now: float) -> None:
        self._arrivals = {key: arrival for key, arrival in self._arrivals.items() if arrival > now}
        while len(self._arrivals) >= self.max_keys:  # all active: the oldest go
            del self._arrivals[next(iter(self._arrivals))]


class SharedStore:
    """The cache and the counts of this process."""

    def __init__(self) -> None:
        self.cache = MemoryCache()
        self.rate_limits = MemoryRateLimits()

    async def state(self) -> str:
        """How it is, for the readiness probe: memory is always there."""
        return "ok"

    async def close(self) -> None:
        """Nothing is open."""


def open_shared_store(_settings: Settings) -> SharedStore:
    """Make the store; it has no settings."""
    return SharedStore()
