"""Removing what has expired."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import housekeeping
from app.audit.models import AuditEvent
from app.auth.api_keys.models import ApiKey
from app.auth.models import AttemptCount, LoginSession, OneTimeLink
from app.auth.policy import POLICY
from app.db import Base, Database, new_id, utc_now
from app.housekeeping import KEEP_API_KEYS, KEEP_LOGINS, remove_expired
from app.http.idempotency import IdempotencyRecord
from tests.fixtures.accounts import AddUser
from tests.fixtures.logs import Logged


def rows(user_id: Any, key: str, moment: datetime) -> list[Base]:
    """One row of each kind that is of no use from a moment on."""
    return [
        IdempotencyRecord(key_hash=key, request_hash="r", expires_at=moment),
        OneTimeLink(user_id=user_id, purpose="p", token_hash=key, expires_at=moment),
        LoginSession(user_id=user_id, expires_at=moment - KEEP_LOGINS),
        AttemptCount(key_hash=key, attempts=1, blocked_until=moment, expires_at=moment),
        ApiKey(owner_id=user_id, name=key, key_hash=key, scopes=[], expires_at=moment - KEEP_API_KEYS),
        AuditEvent(action=key, result="done", details={}, occurred_at=moment - POLICY.audit_retention),
    ]


KINDS = [type(row) for row in rows(new_id(), "key", utc_now())]


async def counts(database: Database) -> list[int]:
    async def work(session: AsyncSession) -> list[int]:
        return [await session.scalar(select(func.count()).select_from(kind)) or 0 for kind in KINDS]

    return await database.run(work)


@pytest.mark.parametrize(("batch", "rounds"), [(500, [3, 0]), (2, [2, 1, 0])])
async def test_what_has_expired_goes_batch_by_batch(
    database: Database,
    add_user: AddUser,
    monkeypatch: pytest.MonkeyPatch,
    logged: Logged,
    batch: int,
    rounds: list[int],
) -> None:
    """And what has not stays, an event of the audit trail as long as the policy says."""
    monkeypatch.setattr(housekeeping, "BATCH", batch)
    alice = await add_user("alice@example.com")
    now = utc_now()

    async def write(session: AsyncSession) -> None:
        for number in range(3):
            session.add_all(rows(alice.id, f"old {number}", now - timedelta(seconds=1)))
        session.add_all(rows(alice.id, "new", now + timedelta(minutes=5)))

    await database.run(write)

    of_each = [number * len(KINDS) for number in rounds]
    assert of_each == [await remove_expired(database) for _ in rounds]
    assert [1] * len(KINDS) == await counts(database)
    assert [removed for removed in of_each if removed] == [line["rows"] for line in logged("expired_removed")]


def test_every_kind_is_tried_here() -> None:
    """One that is added to the list is added to this test."""
    assert set(KINDS) == {model for model, _, _ in housekeeping._expired(utc_now())}
