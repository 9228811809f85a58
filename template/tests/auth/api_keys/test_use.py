"""Requests made with API keys: their quota, and the memory of their last use."""

import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import time_machine
from fastapi import FastAPI
from sqlalchemy import event, select

from app.auth import CurrentUser
from app.auth.api_keys.models import ApiKey
from app.auth.api_keys.prefix import beginning_of
from app.auth.permissions import PERMISSIONS
from app.db import Database, utc_now
from app.http import Router
from tests.auth.conftest import ALICE, NewKey, Program, router, status_of_me
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged


async def last_use(database: Database, key_id: UUID) -> datetime | None:
    query = select(ApiKey.last_used_at).where(ApiKey.id == key_id)
    return await database.run(lambda session: session.scalar(query))


async def test_each_key_has_a_quota_of_its_own(
    make_app: MakeApp, login: Login, program: Program, new_key: NewKey
) -> None:
    """Beside its owner's, and another key's."""
    app: FastAPI = make_app(rate_limit="5/hour")
    alice = await login(ALICE, app=app)
    first, second = [program((await new_key())[1], app=app) for _ in range(2)]

    remaining = [
        (await client.get("/api/v1/users/me")).headers["ratelimit"].partition(";t=")[0]
        for client in (first, first, second, alice)
    ]

    assert ['"default";r=4', '"default";r=3', '"default";r=4', '"default";r=4'] == remaining


async def test_a_request_is_logged_under_the_id_of_its_key(
    program: Program, new_key: NewKey, logged: Logged
) -> None:
    """So the trail of one key can be followed."""
    key_id, key = await new_key()

    await status_of_me(program(key))

    assert f"key:{key_id}" == logged("request")[-1]["caller"]


async def test_no_log_holds_a_key(program: Program, new_key: NewKey, log_stream: StringIO) -> None:
    """Not even one that stands where no key belongs; its id stays, by which it can be revoked."""
    key_id, key = await new_key()
    secret = key.removeprefix(beginning_of(key_id))

    await program(key).get(f"/api/v1/users/{key}", params={"q": key})

    assert beginning_of(key_id) in log_stream.getvalue()
    assert secret[1:20] not in log_stream.getvalue()


async def test_the_last_use_is_remembered_to_the_hour(
    program: Program, new_key: NewKey, database: Database
) -> None:
    """A write at each request would cost more than it tells."""
    (key_id, key), start = await new_key(), utc_now()
    client = program(key)
    assert await last_use(database, key_id) is None

    seen = []
    for minutes in (0, 30, 59, 61, 90):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            await status_of_me(client)
        used = await last_use(database, key_id)
        assert used is not None
        seen.append(round((used - start) / timedelta(minutes=1)))

    assert [0, 0, 0, 61, 61] == seen


async def test_a_use_within_the_hour_costs_one_query(
    program: Program, new_key: NewKey, database: Database
) -> None:
    """It does not so much as try to write."""
    client = program((await new_key())[1])
    await status_of_me(client)
    written: list[str] = []

    def look(_: Any, __: Any, query: str, *___: Any) -> None:
        written.extend(re.findall("^(?:UPDATE|INSERT|DELETE).*", query))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", look)
    assert 200 == await status_of_me(client)
    event.remove(engine, "before_cursor_execute", look)

    assert [] == written


async def test_a_use_that_is_refused_is_a_use(program: Program, new_key: NewKey, database: Database) -> None:
    """Though its transaction is rolled back."""
    key_id, key = await new_key()

    assert 403 == (await program(key).patch("/api/v1/users/me", json={})).status_code

    assert await last_use(database, key_id) is not None


async def test_a_key_does_what_its_scopes_allow(make_app: MakeApp, program: Program, new_key: NewKey) -> None:
    """Each route asks for one of them."""
    app = make_app(router)
    reader, writer = [
        program((await new_key(scope))[1], app=app) for scope in ("parcels:read", "parcels:write")
    ]

    statuses = [
        ((await client.get("/parcels")).status_code, (await client.post("/parcels")).status_code)
        for client in (reader, writer)
    ]

    assert [(200, 403), (403, 200)] == statuses


async def test_a_request_with_a_key_can_be_repeated(
    make_app: MakeApp, program: Program, new_key: NewKey
) -> None:
    """Its Idempotency-Keys are its own: another key of the same owner does the request anew."""
    app = make_app(router)
    first, second = [program((await new_key("parcels:write"))[1], app=app) for _ in range(2)]

    answers = [
        await client.post("/parcels", headers={"Idempotency-Key": "one"}) for client in (first, first, second)
    ]

    assert [None, "true", None] == [answer.headers.get("idempotent-replayed") for answer in answers]


async def test_a_route_without_a_scope_takes_no_key(
    make_app: MakeApp, program: Program, new_key: NewKey
) -> None:
    """However many scopes the key has: what names no permission is for people who have logged in."""
    closed = Router(prefix="/closed")

    @closed.get("")
    async def nothing_named(current: CurrentUser) -> None: ...

    client = program((await new_key(*PERMISSIONS))[1], app=make_app(closed))

    answer = await client.get("/closed")

    assert (403, "No API key has a scope for this.") == (answer.status_code, answer.json()["detail"])
