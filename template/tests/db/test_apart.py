"""A transaction of its own before the request's."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, Origin, apart, origin_of, set_origin


async def test_it_is_committed_before_the_other_one_begins(committed: Database) -> None:
    """Whatever becomes of that one; it comes from the same request."""
    origin = Origin("192.0.2.1", "browser", "request")

    async def note(own: AsyncSession) -> Origin:
        return origin_of(own)

    async def work(session: AsyncSession) -> Origin:
        set_origin(session, origin)
        return await apart(session, note)

    assert origin == await committed.run(work)


async def test_it_is_too_late_for_it_amid_a_transaction(database: Database) -> None:
    """That may hold a lock the other would wait for, on some databases: the mistake shows on all."""

    async def work(session: AsyncSession) -> None:
        await session.execute(text("SELECT 1"))
        await apart(session, lambda own: own.execute(text("SELECT 1")))

    with pytest.raises(RuntimeError, match="before its first query"):
        await database.run(work)
