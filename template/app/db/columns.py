"""Column types that mean the same on every database."""

import secrets
import time
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.db import engine as backend

T = TypeVar("T")


def utc_now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 section 5.7): ordered by time, so that an index grows at its end."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    )


class _Column(TypeDecorator[T]):
    """A type that is the same in every migration, whatever the database makes of it."""

    cache_ok = True

    def __repr__(self) -> str:
        """How a migration writes it."""
        return f"{type(self).__name__}()"


class Id(_Column[UUID]):
    """A UUID key."""

    impl = backend.ID
    cache_ok = True

    @property
    def python_type(self) -> type[UUID]:
        """What a cursor's key is read as."""
        return UUID


class UtcDateTime(_Column[datetime]):
    """A moment in UTC. Takes and gives aware datetimes, also on a database that keeps no zone."""

    impl = backend.MOMENT
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a cursor's value is read as."""
        return datetime

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a datetime without a zone: nobody could tell which moment it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone; use app.db.utc_now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back where the database dropped it."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Bytes(_Column[bytes]):
    """Bytes, up to 16 MiB."""

    impl = backend.BYTES
    cache_ok = True
