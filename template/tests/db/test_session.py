"""Transactions; how requests use them is shown in http/test_transactions.py."""

import asyncio
from typing import cast

import pytest
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from app.db import Database, utc_now
from app.db.engine import DatabaseSettings, create_engine, insert_if_absent
from app.errors import Unavailable
from app.http.idempotency import IdempotencyRecord
from app.settings import load
from app.users import User
from app.users import repository as users
from tests.fixtures.accounts import AddUser
from tests.fixtures.backend import transient_error
from tests.fixtures.logs import Logged


async def rename(session: AsyncSession, name: str) -> None:
    user = await users.by_email(session, "alice@example.com")
    assert user is not None
    user.name = f"{user.name}{name}"


async def test_writers_at_the_same_time_lose_nothing(committed: Database, add_user: AddUser) -> None:
    """Each reads what the one before has written."""
    await add_user("alice@example.com", name="", database=committed)

    await asyncio.gather(*(committed.run(lambda session: rename(session, "x")) for _ in range(3)))

    async def read(session: AsyncSession) -> str | None:
        return await session.scalar(select(User.name))

    assert "xxx" == await committed.run(read, read_only=True)


async def test_a_stale_row_is_read_again(database: Database, add_user: AddUser) -> None:
    """Somebody else's change came between our read and our write: the work decides anew."""
    await add_user("alice@example.com", name="A")
    seen = []

    async def work(session: AsyncSession) -> None:
        user = await users.by_email(session, "alice@example.com")
        assert user is not None
        seen.append(user.version)
        if len(seen) == 1:
            raise StaleDataError
        user.name = "B"

    await database.run(work)

    assert [1, 1] == seen


async def test_an_update_names_the_version_it_read(database: Database, add_user: AddUser) -> None:
    """A row that was changed meanwhile is not overwritten."""
    alice = await add_user("alice@example.com")

    async def work(session: AsyncSession) -> None:
        user = await users.get(session, alice.id)
        await session.execute(update(User).values(version=9).execution_options(synchronize_session=False))
        user.name = "lost"
        await session.flush()

    with pytest.raises(Unavailable):
        await database.run(work)


async def test_an_error_that_stays_is_given_up(database: Database, logged: Logged) -> None:
    """Three attempts, each but the last with a line in the log."""

    async def work(session: AsyncSession) -> None:
        raise transient_error()

    with pytest.raises(Unavailable):
        await database.run(work)
    assert [1, 2] == [line["attempt"] for line in logged("transaction_rerun")]


async def test_a_pool_that_is_used_up_is_busy_not_broken(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All connections taken for too long: 503."""
    monkeypatch.setenv("DATABASE_POOL_SIZE", "1")
    monkeypatch.setenv("DATABASE_TIMEOUT_SECONDS", "0.2")
    small = Database(create_engine(load(DatabaseSettings)))

    async def read(session: AsyncSession) -> None:
        await session.execute(select(1))

    async def take_both(session: AsyncSession) -> None:
        await session.execute(select(1))
        with pytest.raises(Unavailable):
            await small.run(read)

    await small.run(take_both, read_only=True)
    await small.close()


async def test_two_writers_wait_for_each_other_only_so_long(
    committed: Database, add_user: AddUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database's own word for it is understood."""
    await add_user("alice@example.com", database=committed)
    monkeypatch.setenv("DATABASE_TIMEOUT_SECONDS", "0.2")
    impatient = Database(create_engine(load(DatabaseSettings)))

    async def change(session: AsyncSession) -> None:
        await session.execute(update(User).values(name="x"))

    async def hold(session: AsyncSession) -> None:
        await change(session)
        with pytest.raises(Unavailable):
            await impatient.run(change)

    await committed.run(hold)
    await impatient.close()


async def test_a_row_is_inserted_unless_its_key_is_taken(database: Database) -> None:
    """And the caller learns which of both it was."""
    values = {"key_hash": "k", "request_hash": "r", "expires_at": utc_now()}

    async def work(session: AsyncSession) -> list[bool]:
        table = cast(Table, IdempotencyRecord.__table__)
        return [await insert_if_absent(session, table, values) for _ in range(2)]

    assert [True, False] == await database.run(work)
