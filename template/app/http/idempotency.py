"""Idempotency-Key: a request sent twice is done once (draft-ietf-httpapi-idempotency-key-header).

The row that records the key is written in the request's own transaction: it is the lock, and it holds the
response. Rolled back, the key is free again.
"""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar, cast

from fastapi import Header, Request, Response
from sqlalchemy import JSON, Index, String, Table, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Bytes, UtcDateTime, utc_now
from app.db.engine import classify, insert_if_absent
from app.db.failures import FailureKind
from app.errors import Conflict, InvalidRequest

HEADER = "idempotency-key"
KEPT_HEADERS = ("content-type", "etag", "link", "location")
F = TypeVar("F", bound=Callable[..., object])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotencyKeyReused(InvalidRequest):
    """The key was used before for a request with another body."""

    code, title = "idempotency_key_reused", "This Idempotency-Key belongs to another request"


class RequestInProgress(Conflict):
    """The first request with this key is still at work."""

    code, title = "request_in_progress", "A request with this Idempotency-Key is still being worked on"


class IdempotencyRecord(Base):
    """One key of one caller on one route, with the response it led to."""

    __tablename__ = "idempotency_records"
    __table_args__ = (Index(None, "expires_at"),)

    # SHA-256 of caller, method, path and key, in hex: of one length, whatever the client sends.
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    # HMAC of query and body.
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSON)
    body: Mapped[bytes | None] = mapped_column(Bytes)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


_table = cast(Table, IdempotencyRecord.__table__)


async def declare_header(
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r'^("[!#-~]+"|[!#-~]+)$',
            description="A key of your choice, such as a UUID. Sent twice with it, a request is done once.",
        ),
    ] = None,
) -> None:
    """Validate the header and document it."""


def never_stored(endpoint: F) -> F:
    """Mark an endpoint whose request or response holds a secret: it takes no Idempotency-Key.

    The response would be stored, and of the request a hash.
    """
    endpoint.never_stored = True  # type: ignore[attr-defined]
    return endpoint


def is_repeatable(endpoint: Callable[..., object], method: str) -> bool:
    """Whether an endpoint takes an Idempotency-Key."""
    return method not in {"GET", "HEAD", "OPTIONS"} and not getattr(endpoint, "never_stored", False)


async def once(request: Request, session: AsyncSession, handle: Handler, *, public: bool) -> Response:
    """Do the request, or give the response that its key led to. A concurrent duplicate waits for the first.

    Raises IdempotencyKeyReused when the key came with another body.
    """
    now = utc_now()
    body = await request.body()
    key_hash = _hash(request.scope["caller"], request.method, request.scope["path"], _key(request))
    # Keyed: a body may hold a password, which a plain hash would let whoever reads the table guess.
    hashes = [
        hmac.new(key, request.scope["query_string"] + b"\0" + body, "sha256").hexdigest()
        for key in request.app.state.settings.derived_keys("idempotency")
    ]
    row = {
        "key_hash": key_hash,
        "request_hash": hashes[0],
        "expires_at": now + timedelta(hours=request.app.state.settings.idempotency_hours),
    }
    if not await _claim(session, row, now):
        if request.scope["identity"] is not None and not public:
            # The endpoint does not run, nor its authentication: whoever may not any more must see nothing.
            await request.app.state.authenticate(request, session)
        return await _replay(session, key_hash, hashes)
    response = await handle(request)
    await session.execute(
        update(_table)
        .where(_table.c.key_hash == key_hash)
        .values(
            status=response.status_code,
            headers={name: value for name, value in response.headers.items() if name in KEPT_HEADERS},
            body=bytes(response.body),
        )
    )
    return response


async def _claim(session: AsyncSession, row: dict[str, Any], now: datetime) -> bool:
    """Take the key, or tell that it is taken. Waits while another request does its work under it."""
    expired = delete(_table).where(_table.c.key_hash == row["key_hash"], _table.c.expires_at <= now)
    await session.connection()  # that there is none to be had is another matter
    try:
        await session.execute(expired)
        return await insert_if_absent(session, _table, row)
    except DBAPIError as error:
        if classify(error).kind is FailureKind.BUSY:
            raise RequestInProgress from None
        raise


async def _replay(session: AsyncSession, key_hash: str, hashes: list[str]) -> Response:
    record = (await session.execute(select(_table).where(_table.c.key_hash == key_hash))).one()
    if record.request_hash not in hashes:
        raise IdempotencyKeyReused
    return Response(record.body, record.status, {**record.headers, "Idempotent-Replayed": "true"})


def _key(request: Request) -> str:
    # The draft writes the key as a quoted string; most clients send it bare.
    return request.headers[HEADER].strip('"')


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
