"""A user's own logins: listed, ended one by one or all at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import update

from app.auth.models import LoginSession
from app.db import Database, new_id, utc_now
from tests.fixtures.accounts import Login
from tests.rules.operations import operations_of
from tests.rules.requests import make_ids

ALICE, ME, SESSIONS = "alice@example.com", "/api/v1/users/me", "/api/v1/auth/sessions"


async def logins(client: AsyncClient, **params: Any) -> list[dict[str, Any]]:
    return list((await client.get(SESSIONS, params=params)).json()["items"])


async def current(client: AsyncClient) -> str:
    [session] = [item for item in await logins(client) if item["current"]]
    return str(session["id"])


async def status(client: AsyncClient) -> int:
    return (await client.get(ME)).status_code


async def test_users_see_where_they_are_logged_in(login: Login, bob: AsyncClient) -> None:
    """The newest first, nobody else's, and the one that asks is marked."""
    first, second = await login(ALICE), await login(ALICE)

    seen = await logins(first)

    assert [await current(second), await current(first)] == [item["id"] for item in seen]
    assert [False, True] == [item["current"] for item in seen]
    assert {("127.0.0.1", True)} == {(item["address"], bool(item["user_agent"])) for item in seen}
    assert {"id", "created_at", "last_used_at", "expires_at", "address", "user_agent", "current"} == set(
        seen[0]
    )


async def test_the_list_comes_in_pages(login: Login) -> None:
    """Each login on one of them."""
    clients = [await login(ALICE) for _ in range(3)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    for size in (2, 1):
        page = (await clients[0].get(SESSIONS, params={"limit": 2, **cursor})).json()
        assert size == len(page["items"])
        found += [item["id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}

    assert [await current(client) for client in reversed(clients)] == found
    assert {"cursor": None} == cursor


async def test_what_has_ended_is_not_listed(login: Login, database: Database) -> None:
    """Logged out, or run out."""
    here, logged_out, run_out = [await login(ALICE) for _ in range(3)]
    gone = await current(run_out)
    await logged_out.post("/api/v1/auth/logout")
    past = update(LoginSession).where(LoginSession.id == UUID(gone)).values(expires_at=utc_now())
    await database.run(lambda session: session.execute(past))

    assert [await current(here)] == [item["id"] for item in await logins(here)]


async def test_one_login_is_ended_from_another(login: Login) -> None:
    """It is worthless at once; the others go on."""
    here, stolen, third = [await login(ALICE) for _ in range(3)]

    ended = await here.delete(f"{SESSIONS}/{await current(stolen)}")

    assert (204, [200, 401, 200]) == (ended.status_code, [await status(c) for c in (here, stolen, third)])


async def test_what_is_ended_is_not_there_any_more(login: Login) -> None:
    """Nor is one that never was: both alike."""
    here, other = await login(ALICE), await login(ALICE)
    ended = await current(other)

    codes = [(await here.delete(f"{SESSIONS}/{guess}")).status_code for guess in (ended, ended, new_id())]

    assert [204, 404, 404] == codes


async def test_nobody_ends_somebody_elses_login(
    alice: AsyncClient, bob: AsyncClient, admin: AsyncClient
) -> None:
    """Its id is of no use, not even to an administrator, who disables the account."""
    hers = await current(alice)

    answers = [await client.delete(f"{SESSIONS}/{hers}") for client in (bob, admin)]

    assert [(404, "not_found")] * 2 == [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert 200 == await status(alice)


async def test_logout_everywhere_ends_all_of_ones_own(login: Login, bob: AsyncClient) -> None:
    """This one too, and nobody else's."""
    here, there = await login(ALICE), await login(ALICE)

    assert 204 == (await here.post("/api/v1/auth/logout-all")).status_code

    assert [401, 401, 200] == [await status(client) for client in (here, there, bob)]
    assert 200 == await status(await login(ALICE))


async def test_a_login_that_has_ended_ends_nothing(login: Login) -> None:
    """Whoever is out cannot throw others out."""
    out, inside = await login(ALICE), await login(ALICE)
    await out.post("/api/v1/auth/logout")

    codes = [
        (await out.post("/api/v1/auth/logout-all")).status_code,
        (await out.delete(f"{SESSIONS}/{await current(inside)}")).status_code,
        (await out.get(SESSIONS)).status_code,
    ]

    assert [401, 401, 401] == codes
    assert 200 == await status(inside)


async def test_an_idle_login_is_out_of_the_list_when_it_is_over(alice: AsyncClient, login: Login) -> None:
    """After a month in any case."""
    with time_machine.travel(utc_now() + timedelta(days=31)):
        later = await login(ALICE)
        assert [await current(later)] == [item["id"] for item in await logins(later)]


async def test_the_rule_of_ownership_tries_logins_and_keys(app: FastAPI, alice: AsyncClient) -> None:
    """tests/rules/test_ownership.py: a login is made by no POST of its own, and is there all the same."""
    operations = operations_of(app)
    paths = ("/api/v1/auth/sessions/{session_id}", "/api/v1/api-keys/{api_key_id}")

    ids = [await make_ids(alice, one, operations, {}) for one in operations if one.path in paths]

    assert ids
    assert all(ids)
