"""Continuing a login: refresh tokens."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from httpx2 import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import LoginSession, RefreshToken
from app.db import Database, utc_now
from tests.fixtures.accounts import AddUser, change_user
from tests.fixtures.apps import Serve
from tests.fixtures.passwords import PASSWORD, delete_account

ALICE = "alice@example.com"


async def log_in(client: AsyncClient) -> dict[str, Any]:
    answer = await client.post("/api/v1/auth/login", json={"email": ALICE, "password": PASSWORD})
    return dict(answer.json())


async def refresh(client: AsyncClient, token: str) -> tuple[int, dict[str, Any]]:
    response = await client.post("/api/v1/auth/refresh", json={"refresh_token": token})
    return response.status_code, response.json()


async def whoami(client: AsyncClient, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return (await client.get("/api/v1/users/me", headers=headers)).status_code


@pytest.fixture
async def account(add_user: AddUser) -> None:
    await add_user(ALICE)


@pytest.mark.usefixtures("account")
async def test_a_refresh_token_gives_the_next_pair(client: AsyncClient) -> None:
    """Both new, both good; the old access token lives on to its end."""
    first = await log_in(client)

    status, second = await refresh(client, first["refresh_token"])

    assert 200 == status
    assert first["refresh_token"] != second["refresh_token"]
    assert [200, 200] == [await whoami(client, pair["access_token"]) for pair in (first, second)]
    assert 200 == (await refresh(client, second["refresh_token"]))[0]


@pytest.mark.usefixtures("account")
async def test_used_twice_it_ends_the_whole_login(client: AsyncClient) -> None:
    """It was stolen, or its thief came first; that the login ends outlives the refusal."""
    first = await log_in(client)
    _, second = await refresh(client, first["refresh_token"])

    status, problem = await refresh(client, first["refresh_token"])

    assert (401, "invalid_refresh_token") == (status, problem["code"])
    assert [401, 401] == [await whoami(client, pair["access_token"]) for pair in (first, second)]
    assert 401 == (await refresh(client, second["refresh_token"]))[0]


@pytest.mark.usefixtures("account")
async def test_other_logins_of_the_user_go_on(client: AsyncClient) -> None:
    """A thief of one device's token ends that device's login."""
    stolen, other = await log_in(client), await log_in(client)

    for _ in range(2):
        await refresh(client, stolen["refresh_token"])

    assert 200 == await whoami(client, other["access_token"])


@pytest.mark.usefixtures("account")
async def test_after_logout_it_is_worthless(client: AsyncClient) -> None:
    """The login has ended."""
    pair = await log_in(client)
    await client.post("/api/v1/auth/logout", headers={"Authorization": f"Bearer {pair['access_token']}"})

    assert 401 == (await refresh(client, pair["refresh_token"]))[0]


async def test_an_unknown_one_is_refused(client: AsyncClient) -> None:
    """In the same words."""
    status, problem = await refresh(client, "x" * 43)

    assert (401, "invalid_refresh_token") == (status, problem["code"])


@pytest.mark.usefixtures("account")
async def test_an_access_token_is_no_refresh_token(client: AsyncClient) -> None:
    """Nor the other way round."""
    pair = await log_in(client)

    assert 401 == (await refresh(client, pair["access_token"]))[0]
    assert 401 == await whoami(client, pair["refresh_token"])


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 401)])
async def test_a_login_not_used_for_two_weeks_ends(client: AsyncClient, days: int, status: int) -> None:
    """The refresh token runs out."""
    pair = await log_in(client)

    with time_machine.travel(utc_now() + timedelta(days=days)):
        assert status == (await refresh(client, pair["refresh_token"]))[0]


@pytest.mark.usefixtures("account")
async def test_a_login_ends_after_a_month_in_any_case(client: AsyncClient) -> None:
    """However much it is used."""
    pair, start, codes = await log_in(client), utc_now(), []

    for days in (10, 20, 29, 31):
        with time_machine.travel(start + timedelta(days=days)):
            status, answer = await refresh(client, pair["refresh_token"])
        codes.append(status)
        pair = answer

        if status != 200:
            break

    assert [200, 200, 200, 401] == codes


@pytest.mark.usefixtures("account")
async def test_a_disabled_account_gets_no_next_pair(client: AsyncClient, database: Database) -> None:
    """Its logins end with the access token at the latest."""
    pair = await log_in(client)
    await change_user(database, ALICE, disabled_at=utc_now())

    assert 401 == (await refresh(client, pair["refresh_token"]))[0]


async def test_of_two_at_the_same_time_one_wins(serve: Serve, add_user: AddUser, committed: Database) -> None:
    """The other one is a second use: the login ends."""
    await add_user(ALICE, database=committed)
    client = serve(database=committed)
    pair = await log_in(client)

    outcomes = await asyncio.gather(*(refresh(client, pair["refresh_token"]) for _ in range(3)))

    assert [200, 401, 401] == sorted(status for status, _ in outcomes)
    [winner] = [answer for status, answer in outcomes if status == 200]
    assert 401 == await whoami(client, winner["access_token"])
    assert 401 == (await refresh(client, winner["refresh_token"]))[0]


@pytest.mark.usefixtures("account")
async def test_the_database_knows_only_hashes(client: AsyncClient, database: Database) -> None:
    """Whoever reads it can continue no login."""
    pair = await log_in(client)

    async def read(session: AsyncSession) -> list[str]:
        return list(await session.scalars(select(RefreshToken.token_hash)))

    [stored] = await database.run(read)
    assert pair["refresh_token"] not in stored


async def test_with_the_account_its_logins_go(alice: AsyncClient, database: Database) -> None:
    """No row of it stays."""
    assert 204 == (await delete_account(alice)).status_code

    async def count(session: AsyncSession) -> list[int]:
        return [
            await session.scalar(select(func.count()).select_from(model)) or 0
            for model in (LoginSession, RefreshToken)
        ]

    assert [0, 0] == await database.run(count)
    assert 401 == (await alice.get("/api/v1/users/me")).status_code
