"""Who is calling, told without a query."""

from httpx2 import AsyncClient

from app.db import Database, utc_now
from tests.fixtures.accounts import Login, change_user
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged


async def test_a_credential_that_is_not_valid_is_an_address(client: AsyncClient, logged: Logged) -> None:
    """Nobody gets a quota of their own by inventing tokens."""
    await client.get("/problems", headers={"Authorization": "Bearer invented"})

    assert ["address:127.0.0.1"] == [line["caller"] for line in logged("request")]


async def test_a_caller_known_by_credential_is_let_in_by_the_endpoint_alone(
    make_app: MakeApp, login: Login, database: Database
) -> None:
    """The name is for limits and logs: a disabled user still has it, and is refused all the same."""
    alice = await login("alice@example.com", app=make_app(rate_limit="3/hour"))
    await change_user(database, "alice@example.com", disabled_at=utc_now())

    response = await alice.get("/api/v1/users/me")

    assert (401, '"default";r=2;t=1200') == (response.status_code, response.headers["ratelimit"])
