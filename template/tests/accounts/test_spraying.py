"""One password tried on many accounts: the client address is slowed down."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.lockout import Attempt, begin_attempt, forgive
from app.auth.policy import POLICY
from app.db import Database, Origin, set_origin
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Connect
from tests.fixtures.passwords import PASSWORD
from tests.rules.requests import NoStore

ALICE = "alice@example.com"
FREE = POLICY.lockout_address_failures


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Without rate limits: they would stop a sprayer long before."""
    app.state.shared_store = NoStore()
    return app


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> int:
    body = {"email": email, "password": password}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


async def try_from(database: Database, address: str, email: str) -> Attempt:
    async def work(session: AsyncSession) -> Attempt:
        set_origin(session, Origin(address=address))
        return await begin_attempt(session, email)

    return await database.run(work)


async def test_many_accounts_from_one_address(app: FastAPI, connect: Connect, add_user: AddUser) -> None:
    """The address has to wait, even with a right password; others do not."""
    await add_user(ALICE)
    sprayer, other = connect(app, "192.0.2.1"), connect(app, "192.0.2.2")
    for number in range(FREE):
        assert 401 == await log_in(sprayer, f"user{number}@example.com", "a wrong password")

    assert [401, 200] == [await log_in(client, ALICE) for client in (sprayer, other)]


async def test_an_address_is_not_cleared_by_a_login_of_its_own(database: Database) -> None:
    """An attacker with an account cannot use it to start anew."""
    for number in range(FREE - 1):
        await try_from(database, "192.0.2.1", f"user{number}@example.com")
    own = await try_from(database, "192.0.2.1", "attacker@example.com")
    await database.run(lambda session: forgive(session, own))

    last = await try_from(database, "192.0.2.1", "one@example.com")
    locked = await try_from(database, "192.0.2.1", "two@example.com")

    assert [True, True, False] == [attempt.admitted for attempt in (own, last, locked)]


async def test_one_customers_many_ipv6_addresses_are_one(database: Database) -> None:
    """A whole /64 is one line."""
    for number in range(FREE):
        await try_from(database, f"2001:db8::{number:x}", f"user{number}@example.com")

    locked = await try_from(database, "2001:db8::ffff", "another@example.com")
    neighbour = await try_from(database, "2001:db8:0:1::1", "another@example.com")

    assert [False, True] == [locked.admitted, neighbour.admitted]
