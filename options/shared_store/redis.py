"""The shared store: Redis or Valkey. All processes count and cache together.

While the server is away nothing waits for it: values are loaded, and requests are not counted.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeForm

from app import about
from app.cache import SingleFlight
from app.http.rate_limit import Limit, Verdict
from app.outbound.redis_server import RedisServer
from app.settings import Settings

T = TypeVar("T")
_adapter: Callable[[Any], TypeAdapter[Any]] = lru_cache(TypeAdapter)

# GCRA by the server's own clock, in microseconds. The key is gone when the whole quota is back.
HIT = """
local window, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local allowed = arrival - now <= window - interval
if allowed then
  arrival = arrival + interval
  redis.call('SET', KEYS[1], string.format('%.3f', arrival), 'PX', math.ceil((arrival - now) / 1000))
end
return {allowed and 1 or 0, string.format('%.3f', arrival - now)}
"""

# The value, unless the caller cannot use it; or 1: the caller is to load it; or 0: somebody else does.
ASK = """
local value = redis.call('GET', KEYS[1])
if value and value ~= ARGV[3] then return value end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
"""
LOAD_IT = 1

# Only whoever still holds the token stores: `forget` takes it away. An empty value ends a load that failed.
KEEP = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""

LOADING_SECONDS = 30  # a process that died while it loaded is in the way for so long
PAUSES = [0.02] * 10 + [0.05] * 20 + [0.1] * 20  # of whoever waits for another process; then it loads, too


class RedisCache:
    """Values as JSON. Of all processes one loads, and the others wait for it a while.

    Whoever joins a load that already runs in the same process gets its value, even when another process has
    forgotten the key meanwhile; it is not kept.
    """

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self._server = server
        self._prefix = prefix
        self._flights = SingleFlight()
        self._ask = server.redis.register_script(ASK)
        self._keep = server.redis.register_script(KEEP)

    async def get_or_load(
        self, key: str, load: Callable[[], Awaitable[T]], *, of: TypeForm[T], seconds: float
    ) -> T:
        """Give the cached value, or load it and keep it, a tenth less long at random: not all end at once."""
        milliseconds = max(1, int(seconds * random.uniform(900, 1000)))  # noqa: S311 - jitter, not a secret
        return await self._flights.run(key, lambda: self._find(key, load, _adapter(of), milliseconds))

    async def forget(self, key: str) -> None:
        """Drop a value, also the one being loaded. While the server is away, old values live on in it."""
        self._flights.forget(key)
        await self._server.call(lambda: self._server.redis.delete(*self._keys(key)))

    async def _find(
        self, key: str, load: Callable[[], Awaitable[T]], adapter: TypeAdapter[T], milliseconds: int
    ) -> T:
        keys, token, unusable = self._keys(key), uuid4().hex, b""
        for pause in PAUSES:
            question: list[str | int | bytes] = [token, LOADING_SECONDS * 1000, unusable]
            answer = await self._server.call(partial(self._ask, keys, question))
            if answer is None:  # the server is away
                break
            if answer == LOAD_IT:
                return await self._load(keys, token, load, adapter, milliseconds)
            if not isinstance(answer, bytes):
                await asyncio.sleep(pause)
                continue
            try:
                return adapter.validate_json(answer)
            except ValidationError:  # written by another release, whose type was another
                unusable = answer
        return await load()

    async def _load(
        self,
        keys: list[str],
        token: str,
        load: Callable[[], Awaitable[T]],
        adapter: TypeAdapter[T],
        milliseconds: int,
    ) -> T:
        json = b""
        try:
            value = await load()
            json = adapter.dump_json(value, round_trip=True, warnings="error")
            return value
        finally:
            await self._server.call(lambda: self._keep(keys, [token, json, milliseconds]))

    def _keys(self, key: str) -> list[str]:
        return [f"{self._prefix}value:{key}", f"{self._prefix}loading:{key}"]


class RedisRateLimits:
    """Counts in one round trip."""

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self._server = server
        self._prefix = prefix
        self._hit = server.redis.register_script(HIT)

    async def hit(self, key: str, limit: Limit) -> Verdict | None:
        """Count one request; None while the server is away."""
        times = [limit.window * 1_000_000, limit.interval * 1_000_000]
        answer = await self._server.call(lambda: self._hit([f"{self._prefix}{key}"], times))
        if answer is None:
            return None
        allowed, used = answer
        return limit.verdict(bool(allowed), float(used) / 1_000_000)


class SharedStore:
    """The cache and the counts of all processes. The prefix lets several services use one server."""

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self._server = server
        self.cache = RedisCache(server, f"{prefix}:cache:")
        self.rate_limits = RedisRateLimits(server, f"{prefix}:limit:")

    async def state(self) -> str:
        """How it is, for the readiness probe."""
        return "ok" if await self._server.call(self._server.redis.ping) else "unavailable"

    async def close(self) -> None:
        """Close every connection."""
        await self._server.close()


def open_shared_store(settings: Settings) -> SharedStore:
    """Make the store; nothing is opened before the first call. Raises SettingsError."""
    return SharedStore(RedisServer(settings), about.NAME)
