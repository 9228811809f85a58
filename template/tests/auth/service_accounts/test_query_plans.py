"""Service accounts: no request reads a whole table, however many there are."""

import pytest
from httpx2 import AsyncClient

from app.db import Database
from tests.auth.conftest import Program, status_of_me
from tests.auth.service_accounts.conftest import SERVICES, issue, open_service
from tests.fixtures.accounts import Login
from tests.fixtures.query_plans import SlowQueries


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users, some of them programs, with keys."""
    return full_database


@pytest.fixture
async def admin(login: Login) -> AsyncClient:
    """One of the administrators."""
    return await login("2@example.com")


async def test_accounts_and_keys_are_found_by_index(
    admin: AsyncClient, program: Program, slow_queries: SlowQueries
) -> None:
    """Opened, listed; keys made, used, listed, rotated and revoked."""
    with slow_queries() as slow:
        path = await open_service(admin)
        listed = await admin.get(SERVICES, params={"limit": 2})
        more = await admin.get(SERVICES, params={"limit": 2, "cursor": listed.json()["next_cursor"]})
        key = await issue(admin, path)
        used = await status_of_me(program(key["key"]))
        rotated = await admin.post(f"{path}/api-keys/{key['id']}/rotation", json={})
        keys = await admin.get(f"{path}/api-keys", params={"limit": 1})
        revoked = await admin.delete(f"{path}/api-keys/{key['id']}")

    answers = [listed, more, rotated, keys, revoked]
    assert [200, 200, 201, 200, 204] == [answer.status_code for answer in answers]
    assert (200, 2) == (used, len(more.json()["items"]))
    assert [] == slow
