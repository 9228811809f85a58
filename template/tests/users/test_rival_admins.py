"""Two administrators who remove each other, or themselves, at the same time: one stays."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.users import Role, User, repository
from tests.fixtures.accounts import PASSWORD, AddUser, Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.trail import AuditTrail

USERS, ME = "/api/v1/users", "/api/v1/users/me"


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
def app(make_app: MakeApp, committed: Database) -> FastAPI:
    """On a database that commits."""
    return make_app(database=committed)


@pytest.fixture
async def admins(app: FastAPI, committed: Database, add_user: AddUser, login: Login) -> list[AsyncClient]:
    """Two administrators, and nobody else."""
    emails = ("first@example.com", "second@example.com")
    for email in emails:
        await add_user(email, role=Role.ADMIN, database=committed)
    return [await login(email, app=app) for email in emails]


async def left(database: Database) -> int:
    query = select(func.count()).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
    return await database.run(lambda session: session.scalar(query)) or 0


async def path_of(client: AsyncClient) -> str:
    return f"{USERS}/{(await client.get(ME)).json()['id']}"


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("changes", [{"role": "user"}, {"disabled": True}], ids=str)
async def test_who_remove_each_other(
    admins: list[AsyncClient], committed: Database, audit_trail: AuditTrail, changes: dict[str, Any]
) -> None:
    """The second one finds that the right to it is gone."""
    first, second = admins
    targets = [await path_of(second), await path_of(first)]

    answers = await asyncio.gather(
        *(client.patch(path, json=changes) for client, path in zip(admins, targets, strict=True))
    )

    assert 1 == await left(committed)
    codes = sorted(answer.status_code for answer in answers)
    assert 200 == codes[0]
    assert codes[1] in {401, 403}, [answer.text for answer in answers]
    [event] = await audit_trail(
        "user.disabled" if "disabled" in changes else "user.role_changed", database=committed
    )
    assert "done" == event.result


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("changes", [None, {"role": "user"}, {"disabled": True}], ids=str)
async def test_who_remove_themselves(
    admins: list[AsyncClient], committed: Database, changes: dict[str, Any] | None
) -> None:
    """Each was not the last one when they asked."""

    async def go(client: AsyncClient, path: str) -> Response:
        if changes is None:
            return await client.post(f"{ME}/deletion", json={"current_password": PASSWORD})
        return await client.patch(path, json=changes)

    paths = [await path_of(client) for client in admins]

    answers = await asyncio.gather(*map(go, admins, paths))

    assert 1 == await left(committed)
    assert [200 if changes else 204, 409] == sorted(answer.status_code for answer in answers)
