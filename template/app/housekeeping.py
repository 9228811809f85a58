"""Removes what has expired, in small batches, so that no table grows for ever and none is locked for long."""

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.models import LoginSession, OneTimeLink
from app.db import Base, Database, utc_now
from app.http.idempotency import IdempotencyRecord

BATCH = 500
# Ended logins are kept so long: a refresh token used again must still be recognised.
KEEP_LOGINS = timedelta(days=7)
log = structlog.get_logger(__name__)


async def remove_expired(database: Database) -> int:
    """Remove one batch of each kind; the number of rows removed."""
    now = utc_now()
    removed = 0
    for model, key, expired in _expired(now):

        async def work(session: AsyncSession, m: type[Base] = model, k: Any = key, e: Any = expired) -> int:
            batch = select(k).where(e).limit(BATCH)
            keys = (await session.scalars(batch)).all()
            result = await session.execute(delete(m).where(k.in_(keys)))
            return cast(CursorResult[Any], result).rowcount

        removed += await database.run(work)
    if removed:
        log.info("expired_removed", rows=removed)
    return removed


def _expired(now: datetime) -> list[tuple[type[Base], InstrumentedAttribute[Any], ColumnElement[bool]]]:
    return [
        (IdempotencyRecord, IdempotencyRecord.key_hash, IdempotencyRecord.expires_at <= now),
        (OneTimeLink, OneTimeLink.id, OneTimeLink.expires_at <= now),
        (LoginSession, LoginSession.id, LoginSession.expires_at <= now - KEEP_LOGINS),
    ]
