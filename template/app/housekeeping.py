"""Removes what has expired, in small batches, so that no table grows for ever and none is locked for long."""

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.audit.models import AuditEvent
from app.auth.api_keys.models import ApiKey
from app.auth.models import AttemptCount, LoginSession, OneTimeLink
from app.auth.policy import POLICY
from app.db import Base, Database, utc_now
from app.http.idempotency import IdempotencyRecord

BATCH = 500
# Ended logins are kept so long: a refresh token used again must still be recognised.
KEEP_LOGINS = timedelta(days=7)
# Expired keys are listed so long: their owner sees why a program has stopped.
KEEP_API_KEYS = timedelta(days=30)
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
        (AttemptCount, AttemptCount.key_hash, AttemptCount.expires_at <= now),
        (LoginSession, LoginSession.id, LoginSession.expires_at <= now - KEEP_LOGINS),
        (ApiKey, ApiKey.id, ApiKey.expires_at <= now - KEEP_API_KEYS),
        (AuditEvent, AuditEvent.id, AuditEvent.occurred_at <= now - POLICY.audit_retention),
    ]
