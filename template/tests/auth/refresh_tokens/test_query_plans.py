"""Continuing a login reads no whole table."""

import pytest
from httpx2 import AsyncClient

from app.db import Database
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.query_plans import SlowQueries

AUTH = "/api/v1/auth"


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users with logins and refresh tokens."""
    return full_database


async def test_a_login_is_continued_and_ended(client: AsyncClient, slow_queries: SlowQueries) -> None:
    """Ended because a token came twice."""
    account = {"email": "alice@example.com", "password": PASSWORD}
    with slow_queries() as slow:
        opened = await client.post(f"{AUTH}/login", json=account)
        body = {"refresh_token": opened.json()["refresh_token"]}
        answers = [await client.post(f"{AUTH}/refresh", json=body) for _ in range(2)]

    assert [200, 200, 401] == [answer.status_code for answer in (opened, *answers)]
    assert [] == slow
