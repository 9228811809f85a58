"""Requests made with API keys: their quota, and the memory of their last use."""

import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import event

from app.db import Database, utc_now
from tests.auth.api_keys.conftest import Program, make_key, router, status_of_me
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged

KEYS = "/api/v1/api-keys"
ALICE = "alice@example.com"


async def last_use(owner: AsyncClient, key_id: str) -> datetime | None:
    told = (await owner.get(f"{KEYS}/{key_id}")).json()["last_used_at"]
    return None if told is None else datetime.fromisoformat(told)


async def test_each_key_has_a_quota_of_its_own(make_app: MakeApp, login: Login, program: Program) -> None:
    """Beside its owner's, and another key's."""
    app: FastAPI = make_app(rate_limit="5/hour")
    alice = await login(ALICE, app=app)
    first, second = [program((await make_key(alice))["key"], app=app) for _ in range(2)]

    remaining = [
        (await client.get("/api/v1/users/me")).headers["ratelimit"].partition(";t=")[0]
        for client in (first, first, second, alice)
    ]

    assert ['"default";r=4', '"default";r=3', '"default";r=4', '"default";r=2'] == remaining


async def test_a_request_is_logged_under_the_id_of_its_key(
    alice: AsyncClient, program: Program, logged: Logged
) -> None:
    """So the trail of one key can be followed."""
    key = await make_key(alice)

    await status_of_me(program(key["key"]))

    assert f"key:{UUID(key['id'])}" == logged("request")[-1]["caller"]


async def test_no_log_holds_a_key(alice: AsyncClient, program: Program, log_stream: StringIO) -> None:
    """Not even one that stands where no key belongs; its id stays, by which it can be revoked."""
    key = await make_key(alice)
    client, secret = program(key["key"]), key["key"].removeprefix(key["beginning"])

    await client.get(f"/api/v1/users/{key['key']}", params={"q": key["key"]})

    assert key["beginning"] in log_stream.getvalue()
    assert secret[1:20] not in log_stream.getvalue()


async def test_the_last_use_is_remembered_to_the_hour(alice: AsyncClient, program: Program) -> None:
    """A write at each request would cost more than it tells."""
    key, start = await make_key(alice), utc_now()
    client = program(key["key"])
    assert await last_use(alice, key["id"]) is None

    seen = []
    for minutes in (0, 30, 59, 61, 90):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            await status_of_me(client)
        used = await last_use(alice, key["id"])
        assert used is not None
        seen.append(round((used - start) / timedelta(minutes=1)))

    assert [0, 0, 0, 61, 61] == seen


async def test_a_use_within_the_hour_costs_one_query(
    alice: AsyncClient, program: Program, database: Database
) -> None:
    """It does not so much as try to write."""
    client = program((await make_key(alice))["key"])
    await status_of_me(client)
    written: list[str] = []

    def look(_: Any, __: Any, query: str, *___: Any) -> None:
        written.extend(re.findall("^(?:UPDATE|INSERT|DELETE).*", query))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", look)
    assert 200 == await status_of_me(client)
    event.remove(engine, "before_cursor_execute", look)

    assert [] == written


async def test_a_use_that_is_refused_is_a_use(alice: AsyncClient, program: Program) -> None:
    """Though its transaction is rolled back."""
    key = await make_key(alice)

    assert 403 == (await program(key["key"]).post("/api/v1/auth/logout")).status_code

    assert await last_use(alice, key["id"]) is not None


async def test_a_key_does_what_its_scopes_allow(make_app: MakeApp, login: Login, program: Program) -> None:
    """Each route asks for one of them."""
    app = make_app(router)
    alice = await login(ALICE, app=app)
    reader, writer = [
        program((await make_key(alice, scope))["key"], app=app) for scope in ("parcels:read", "parcels:write")
    ]

    statuses = [
        ((await client.get("/parcels")).status_code, (await client.post("/parcels")).status_code)
        for client in (reader, writer)
    ]

    assert [(200, 403), (403, 200)] == statuses


async def test_a_request_with_a_key_can_be_repeated(
    make_app: MakeApp, login: Login, program: Program
) -> None:
    """Its Idempotency-Keys are its own: another key of the same owner does the request anew."""
    app = make_app(router)
    alice = await login(ALICE, app=app)
    first, second = [program((await make_key(alice, "parcels:write"))["key"], app=app) for _ in range(2)]

    answers = [
        await client.post("/parcels", headers={"Idempotency-Key": "one"}) for client in (first, first, second)
    ]

    assert [None, "true", None] == [answer.headers.get("idempotent-replayed") for answer in answers]
