"""Probes."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.db.engine import DatabaseSettings, create_engine
from app.settings import load
from tests.fixtures.apps import Serve
from tests.fixtures.logs import Logged


async def test_a_process_that_answers_is_alive(client: AsyncClient) -> None:
    """Nothing else is looked at."""
    response = await client.get("/health/live")

    assert (200, {"status": "ok"}) == (response.status_code, response.json())


async def test_ready_while_the_database_is_there(
    app: FastAPI,
    client: AsyncClient,
    unreachable_database: str,
    monkeypatch: pytest.MonkeyPatch,
    logged: Logged,
) -> None:
    """503 when it is gone, with the reason in the log alone; 200 again when it is back."""
    database = app.state.database
    monkeypatch.setenv("DATABASE_URL", unreachable_database)

    before = await client.get("/health/ready")
    app.state.database = Database(create_engine(load(DatabaseSettings)))
    gone = await client.get("/health/ready")
    live = await client.get("/health/live")
    app.state.database = database
    back = await client.get("/health/ready")

    assert [200, 503, 200, 200] == [r.status_code for r in (before, gone, live, back)]
    assert {"database": "ok", "migrations": "ok", "shared_store": "ok"} == before.json()["checks"]
    assert {"database": "unreachable", "migrations": "unknown"} == gone.json()["checks"]
    assert "5" == gone.headers["retry-after"]
    assert unreachable_database not in gone.text
    assert 1 == len(logged("not_ready"))


async def test_ready_when_every_migration_is_applied(serve: Serve, committed: Database) -> None:
    """503 while one is pending: the code would meet tables that are not there."""
    client = serve(database=committed)

    async def forget(session: AsyncSession) -> list[str]:
        applied = list(await session.scalars(text("SELECT version_num FROM alembic_version")))
        await session.execute(text("DELETE FROM alembic_version"))
        return applied

    async def remember(session: AsyncSession) -> None:
        for version in applied:
            await session.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})

    applied = await committed.run(forget)
    pending = await client.get("/health/ready")
    await committed.run(remember)
    done = await client.get("/health/ready")

    assert [503, 200] == [pending.status_code, done.status_code]
    assert "pending; run `api db upgrade`" in pending.json()["checks"]["migrations"]
    assert "ok" == pending.json()["checks"]["database"]
