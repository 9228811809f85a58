"""A value that another service keeps: fetched when wanted, kept for a while, used on during an outage."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from app.cache import SingleFlight
from app.outbound.client import CallFailed

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lifetimes:
    """In seconds: how long it is fresh, how long it is used at most, and the pause between two fetches."""

    fresh: float = 600
    usable: float = 24 * 3600
    pause: float = 10


class Refreshed(Generic[T]):
    """One such value, and one fetch at a time for all who wait for it."""

    def __init__(self, name: str, fetch: Callable[[], Awaitable[T]], lifetimes: Lifetimes) -> None:
        self._name = name
        self._fetch = fetch
        self._lifetimes = lifetimes
        self._flight = SingleFlight()
        self._value: T | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self.failing = False

    @property
    def fresh(self) -> T | None:
        """The value, unless it is time to fetch it again."""
        return self._younger_than(self._lifetimes.fresh)

    async def get(self) -> T | None:
        """The value, fetched when it is not fresh. None when it cannot be had."""
        return self.fresh or await self.newer()

    async def newer(self) -> T | None:
        """Fetch it, unless that was tried just now; the last one when there is nothing newer."""
        await self._flight.run("", self._try)
        return self._younger_than(self._lifetimes.usable)

    async def _try(self) -> None:
        if time.monotonic() < self._tried_at + self._lifetimes.pause:
            return
        try:
            self._value = await self._fetch()
        except CallFailed as error:
            self.failing = True
            log.warning("fetch_failed", of=self._name, error=str(error))
        else:
            self.failing = False
            self._fetched_at = time.monotonic()
        self._tried_at = time.monotonic()

    def _younger_than(self, seconds: float) -> T | None:
        return self._value if time.monotonic() < self._fetched_at + seconds else None
