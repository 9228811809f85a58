"""Removing what has expired."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import housekeeping
from app.auth.models import LoginSession, OneTimeLink
from app.db import Base, Database, utc_now
from app.housekeeping import KEEP_LOGINS, remove_expired
from app.http.idempotency import IdempotencyRecord
from tests.fixtures.accounts import AddUser
from tests.fixtures.logs import Logged


def rows(user_id: Any, key: str, moment: datetime) -> list[Base]:
    """One row of each kind that ends at a moment."""
    return [
        IdempotencyRecord(key_hash=key, request_hash="r", expires_at=moment),
        OneTimeLink(user_id=user_id, purpose="p", token_hash=key, expires_at=moment),
        LoginSession(user_id=user_id, expires_at=moment - KEEP_LOGINS),
    ]


async def counts(database: Database) -> list[int]:
    async def work(session: AsyncSession) -> list[int]:
        models = (IdempotencyRecord, OneTimeLink, LoginSession)
        return [await session.scalar(select(func.count()).select_from(m)) or 0 for m in models]

    return await database.run(work)


@pytest.mark.parametrize(("batch", "rounds"), [(500, [9, 0]), (2, [6, 3, 0])])
async def test_what_has_expired_goes_batch_by_batch(
    database: Database,
    add_user: AddUser,
    monkeypatch: pytest.MonkeyPatch,
    logged: Logged,
    batch: int,
    rounds: list[int],
) -> None:
    """And what has not stays; a login stays a week longer, so that a stolen token is still recognised."""
    monkeypatch.setattr(housekeeping, "BATCH", batch)
    alice = await add_user("alice@example.com")
    now = utc_now()

    async def write(session: AsyncSession) -> None:
        for number in range(3):
            session.add_all(rows(alice.id, f"old {number}", now - timedelta(seconds=1)))
        session.add_all(rows(alice.id, "new", now + timedelta(minutes=5)))

    await database.run(write)

    assert rounds == [await remove_expired(database) for _ in rounds]
    assert [1, 1, 1] == await counts(database)
    assert [removed for removed in rounds if removed] == [line["rows"] for line in logged("expired_removed")]
