"""Idempotency-Key: a request sent twice is done once."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import public
from app.db import Database, Session, utc_now
from app.errors import Conflict
from app.http import Router, never_stored
from app.http.idempotency import IdempotencyRecord
from tests.fixtures import notes
from tests.fixtures.accounts import Login, change_user
from tests.fixtures.apps import MakeApp, Serve
from tests.fixtures.notes import Note

KEY = {"Idempotency-Key": "7f2c"}


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    return make_app(notes.router)


async def count(database: Database) -> int:
    async def work(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(Note)) or 0

    return await database.run(work)


async def test_the_second_request_gets_the_first_response(alice: AsyncClient, database: Database) -> None:
    """Status, body and the headers that belong to it; and nothing happens twice."""
    first = await alice.post("/notes", json={"title": "Once"}, headers=KEY)
    second = await alice.post("/notes", json={"title": "Once"}, headers=KEY)

    assert "idempotent-replayed" not in first.headers
    assert "true" == second.headers["idempotent-replayed"]
    assert (201, first.content) == (second.status_code, second.content)
    for name in ("content-type", "etag", "location"):
        assert first.headers[name] == second.headers[name]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert 1 == await count(database)


async def test_without_a_key_it_is_done_each_time(alice: AsyncClient, database: Database) -> None:
    """The key is the caller's choice."""
    codes = [(await alice.post("/notes", json={"title": title})).status_code for title in ("One", "Two")]

    assert ([201, 201], 2) == (codes, await count(database))


async def test_a_key_in_quotes_is_the_same_key(alice: AsyncClient, database: Database) -> None:
    """The draft writes a quoted string, most clients write it bare."""
    await alice.post("/notes", json={"title": "Once"}, headers=KEY)

    again = await alice.post("/notes", json={"title": "Once"}, headers={"Idempotency-Key": '"7f2c"'})

    assert ("true", 1) == (again.headers["idempotent-replayed"], await count(database))


@pytest.mark.parametrize("change", [{"json": {"title": "Other"}}, {"params": {"x": "1"}}])
async def test_the_key_of_another_request_is_refused(alice: AsyncClient, change: dict[str, Any]) -> None:
    """Another body or query with a used key is a mistake of the client: 422."""
    await alice.post("/notes", json={"title": "Once"}, headers=KEY)

    response = await alice.post("/notes", **{"json": {"title": "Once"}, **change}, headers=KEY)

    assert (422, "idempotency_key_reused") == (response.status_code, response.json()["code"])


async def test_the_database_does_not_tell_what_was_sent(alice: AsyncClient, database: Database) -> None:
    """The hash of a request is keyed: whoever reads the table can try out no body."""
    body = b'{"title":"Guess"}'
    await alice.post("/notes", content=body, headers={**KEY, "Content-Type": "application/json"})

    stored = await database.run(lambda session: session.scalar(select(IdempotencyRecord.request_hash)))

    guesses = (body, b"\0" + body, b"\0" + body + b"\0")
    assert stored is not None
    assert stored not in {hashlib.sha256(guess).hexdigest() for guess in guesses}


async def test_the_same_key_on_another_route_is_another_key(alice: AsyncClient) -> None:
    """A client may number its requests anew for each route and method."""
    note = (await alice.post("/notes", json={"title": "Once"}, headers=KEY)).json()

    response = await alice.put(f"/notes/{note['id']}", json={"title": "Changed"}, headers=KEY)

    assert (200, "Changed") == (response.status_code, response.json()["title"])


async def test_the_same_key_of_another_caller_is_another_key(
    alice: AsyncClient, bob: AsyncClient, database: Database
) -> None:
    """Nobody can read or block another one's requests by guessing keys."""
    hers = await alice.post("/notes", json={"title": "Once"}, headers=KEY)
    his = await bob.post("/notes", json={"title": "Once"}, headers=KEY)

    assert (201, "idempotent-replayed" in his.headers) == (his.status_code, False)
    assert hers.json()["id"] != his.json()["id"]
    assert 2 == await count(database)


async def test_a_request_that_failed_leaves_the_key_free(alice: AsyncClient, database: Database) -> None:
    """It was rolled back with its key: the corrected request may use it."""
    refused = await alice.post("/notes", json={"title": "x" * 50}, headers=KEY)
    corrected = await alice.post("/notes", json={"title": "Short"}, headers=KEY)

    assert (422, 201) == (refused.status_code, corrected.status_code)
    assert 1 == await count(database)


async def test_a_refusal_of_the_endpoint_leaves_the_key_free(serve: Serve) -> None:
    """What stood in the way may be gone the next time."""
    router, attempts = Router(), []

    @router.post("/try")
    async def endpoint(session: Session) -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise Conflict
        return len(attempts)

    client = serve(router)
    codes = [(await client.post("/try", headers=KEY)).status_code for _ in range(3)]

    assert ([409, 200, 200], 2) == (codes, len(attempts))


async def test_who_may_not_come_in_any_more_gets_no_replay(alice: AsyncClient, database: Database) -> None:
    """The endpoint does not run again, its authentication must."""
    await alice.post("/notes", json={"title": "Once"}, headers=KEY)
    await change_user(database, "alice@example.com", disabled_at=utc_now())

    response = await alice.post("/notes", json={"title": "Once"}, headers=KEY)

    assert (401, "invalid_credential") == (response.status_code, response.json()["code"])


async def test_a_key_is_forgotten_after_its_time(
    alice: AsyncClient, login: Login, app: FastAPI, database: Database
) -> None:
    """IDEMPOTENCY_HOURS later, the same key is a new one."""
    await alice.post("/notes", json={"title": "Once"}, headers=KEY)

    with time_machine.travel(utc_now() + timedelta(hours=24, seconds=1)):
        alice = await login("alice@example.com", app=app)
        response = await alice.post("/notes", json={"title": "Twice"}, headers=KEY)

    assert (201, 2) == (response.status_code, await count(database))


@pytest.mark.parametrize("key", ["", "a b", '"open', "k" * 256, "\x7f"])
async def test_a_malformed_key_is_invalid(alice: AsyncClient, database: Database, key: str) -> None:
    """It is refused, not ignored: the client relies on it."""
    response = await alice.post("/notes", json={"title": "Once"}, headers={"Idempotency-Key": key})

    assert (422, "/header/idempotency-key") == (response.status_code, response.json()["errors"][0]["pointer"])
    assert 0 == await count(database)


async def test_a_response_with_a_secret_is_never_stored(serve: Serve) -> None:
    """@never_stored: the endpoint runs each time, whatever key was sent."""
    router, tokens = Router(), iter(["first", "second"])

    @router.post("/token")
    @public
    @never_stored
    async def token() -> str:
        return next(tokens)

    client = serve(router)

    assert ["first", "second"] == [(await client.post("/token", headers=KEY)).json() for _ in range(2)]


async def test_an_answer_without_content_is_replayed_as_one(serve: Serve) -> None:
    """204 stays 204, with no body."""
    router = Router()

    @router.post("/nothing", status_code=204)
    async def nothing() -> None: ...

    client = serve(router)
    first, second = [await client.post("/nothing", headers=KEY) for _ in range(2)]

    assert [(204, b""), (204, b"")] == [(r.status_code, r.content) for r in (first, second)]
    assert "true" == second.headers["idempotent-replayed"]


async def test_requests_at_the_same_time_are_done_once(
    make_app: MakeApp, login: Login, committed: Database
) -> None:
    """The row of the key is the lock: the others wait for the first and get its response."""
    alice = await login("alice@example.com", app=make_app(notes.router, database=committed))

    responses = await asyncio.gather(
        *(alice.post("/notes", json={"title": "Once"}, headers=KEY) for _ in range(4))
    )

    assert [201] * 4 == [response.status_code for response in responses]
    assert 1 == len({response.content for response in responses})
    assert 3 == sum("idempotent-replayed" in response.headers for response in responses)
    assert 1 == await count(committed)
