"""API keys: no request reads a whole table, however many there are."""

import pytest

from app.db import Database
from tests.auth.conftest import Program, status_of_me
from tests.auth.own_keys.conftest import make_key
from tests.fixtures.accounts import Login
from tests.fixtures.query_plans import SlowQueries

KEYS = "/api/v1/api-keys"


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users with keys."""
    return full_database


async def test_keys_are_found_by_index(login: Login, program: Program, slow_queries: SlowQueries) -> None:
    """Made, used, listed, rotated and revoked."""
    alice = await login("alice@example.com")

    with slow_queries() as slow:
        key = await make_key(alice)
        assert 200 == await status_of_me(program(key["key"]))
        listed = await alice.get(KEYS, params={"limit": 2})
        await alice.get(KEYS, params={"limit": 2, "cursor": listed.json()["next_cursor"]})
        rotated = await alice.post(f"{KEYS}/{key['id']}/rotation", json={})
        revoked = await alice.delete(f"{KEYS}/{key['id']}")

    assert (201, 204) == (rotated.status_code, revoked.status_code)
    assert [] == slow
