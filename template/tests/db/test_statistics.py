"""Counting queries."""

from sqlalchemy import text

from app.db import Database, statistics


async def test_queries_are_counted_and_timed(database: Database) -> None:
    """For whoever has asked for it."""
    counted = statistics.QueryStatistics()
    token = statistics.current.set(counted)
    async with database.session() as session:
        await session.execute(text("SELECT 1"))
        await session.execute(text("SELECT 2"))
    statistics.current.reset(token)

    async with database.session() as session:
        await session.execute(text("SELECT 3"))

    assert counted.count >= 2
    assert 0 < counted.seconds < 1
    assert counted.count < 5
