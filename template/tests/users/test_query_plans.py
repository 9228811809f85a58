"""No query of an administrator reads a whole table."""

from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.db import Database
from tests.fixtures.accounts import Login
from tests.fixtures.query_plans import SlowQueries

USERS, EVENTS, ADMIN = "/api/v1/users", "/api/v1/audit-events", "2@example.com"


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users, a few of them administrators, and many events."""
    return full_database


@pytest.fixture
async def admin(login: Login) -> AsyncClient:
    """One of the administrators."""
    return await login(ADMIN)


async def test_accounts(admin: AsyncClient, slow_queries: SlowQueries) -> None:
    """Two pages, one of them disabled."""
    # By its address: one row, which is "sorted" all the same.
    found = await admin.get(USERS, params={"email": "alice@example.com"})
    alice = f"{USERS}/{found.json()['items'][0]['id']}"
    with slow_queries() as slow:
        answers = await two_pages(admin, USERS)
        answers.append(await admin.patch(alice, json={"disabled": True, "role": "admin"}))

    assert [200, 200, 200] == [answer.status_code for answer in answers]
    assert [] == slow


async def test_the_audit_trail(admin: AsyncClient, database: Database, slow_queries: SlowQueries) -> None:
    """Two pages of all events, and two of one user's."""
    me = (await admin.get(f"{USERS}/me")).json()["id"]

    async def happen(session: AsyncSession) -> None:
        record(session, Event("bill.paid", UUID(me)))
        record(session, Event("bill.sent", UUID(me)))

    await database.run(happen)
    with slow_queries() as slow:
        everything = await two_pages(admin, EVENTS)
        own = await two_pages(admin, EVENTS, actor_id=me)

    assert [200] * 4 == [answer.status_code for answer in (*everything, *own)]
    assert [] == slow


async def two_pages(client: AsyncClient, path: str, **params: str) -> list[Response]:
    """The first, and the one behind it."""
    first = await client.get(path, params={"limit": "1", **params})
    cursor = first.json()["next_cursor"]
    return [first, await client.get(path, params={"limit": "1", "cursor": cursor, **params})]
