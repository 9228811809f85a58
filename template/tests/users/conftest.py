"""Two administrators who do things at the same time."""

import asyncio
from contextlib import suppress
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.users import Role, repository
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.apps import MakeApp


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are let in before either looks who administers: the worst moment there is."""
    lock, barrier = repository.lock_admins, asyncio.Barrier(2)

    async def wait_and_lock(session: AsyncSession) -> set[UUID]:
        # Where writers take turns from the start (SQLite) the other one cannot come: not for ever.
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(barrier.wait(), 0.3)
        return await lock(session)

    monkeypatch.setattr(repository, "lock_admins", wait_and_lock)


@pytest.fixture
async def rivals(
    make_app: MakeApp, committed: Database, add_user: AddUser, login: Login
) -> list[AsyncClient]:
    """Two administrators, and nobody else."""
    app = make_app(database=committed)
    emails = ("first@example.com", "second@example.com")
    for email in emails:
        await add_user(email, role=Role.ADMIN, database=committed)
    return [await login(email, app=app) for email in emails]
