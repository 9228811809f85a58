"""Redis or Valkey: one short bound on every call, no second try, and no call at all while it is away."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from app.outbound.breaker import Breaker, CircuitOpen
from app.settings import EnvSettings, Settings, SettingsError, load

T = TypeVar("T")


class RedisSettings(EnvSettings):
    """Where the server is and how long to wait for it."""

    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_pool_size: int = Field(20, gt=0)
    redis_timeout_seconds: float = Field(0.25, gt=0)
    allow_plain_redis_in_production: bool = False

    @field_validator("redis_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        try:
            parse_url(value)
        except ValueError:  # its text holds parts of the URL, which may hold a password
            raise ValueError("must be a URL such as rediss://redis.example.com:6379/0") from None
        return value

    @property
    def in_clear(self) -> bool:
        """Whether everything goes to another machine without TLS."""
        parts = urlsplit(self.redis_url)
        return parts.scheme == "redis" and not _is_loopback(parts.hostname or "localhost")


class RedisServer:
    """A server that may be away. Nothing is opened before the first call."""

    def __init__(self, settings: Settings) -> None:
        ours = load(RedisSettings)
        if settings.production and ours.in_clear and not ours.allow_plain_redis_in_production:
            raise SettingsError(
                "REDIS_URL=redis://… sends data and password in clear; use rediss://, "
                "or ALLOW_PLAIN_REDIS_IN_PRODUCTION=true accepts that"
            )
        self.redis = Redis.from_pool(_pool(ours))
        self._seconds = ours.redis_timeout_seconds
        self._turns = asyncio.Semaphore(ours.redis_pool_size)
        self._breaker = Breaker("redis")

    async def call(self, command: Callable[[], Awaitable[T]]) -> T | None:
        """Do a command of `self.redis`. None when it fails, takes too long, or is not tried."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
        except TimeoutError:  # too much at once: that says nothing of the server
            return None
        try:
            with self._breaker.guard():
                # One bound over all: connecting, sending and the answer.
                async with asyncio.timeout(self._seconds):
                    return await command()
        except (CircuitOpen, RedisError, OSError):
            return None
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close every connection."""
        await self.redis.aclose()


def _pool(settings: RedisSettings) -> ConnectionPool:
    # Its connections do not try again by themselves; those of `Redis.from_url` would, for seconds.
    return ConnectionPool.from_url(
        settings.redis_url,
        max_connections=settings.redis_pool_size,
        socket_timeout=None,  # `call` bounds the whole
        # With them, redis-py hands out connections that the server has closed, such as after its restart.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
