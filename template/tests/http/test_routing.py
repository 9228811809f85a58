"""What a Router asks of its endpoints and requests; its transactions are shown in test_transactions.py."""

from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, Session
from app.http import Router
from app.users import User
from tests.fixtures.apps import Serve
from tests.fixtures.logs import Logged


def new_user(session: AsyncSession) -> None:
    session.add(User(email="new@example.com"))


async def test_a_plain_router_is_told_which_one_to_take(serve: Serve, logged: Logged) -> None:
    """Nobody would commit there."""
    router = APIRouter()

    @router.get("/plain")
    async def endpoint(session: Session) -> None: ...

    assert 500 == (await serve(router).get("/plain")).status_code
    [line] = logged("unexpected_error")
    told = line["exception"][0]["exc_value"]
    assert told.startswith("/plain asks for a Session but is not on app.http.Router")
    assert told.endswith("use `router = Router(...)`")


async def test_a_reading_request_does_not_wait_for_writers(serve: Serve, committed: Database) -> None:
    """GET opens no writing transaction."""
    router = Router()

    @router.get("/count")
    async def count(session: Session) -> int:
        return await session.scalar(select(func.count()).select_from(User)) or 0

    client = serve(router, database=committed)

    async def write(session: AsyncSession) -> int:
        new_user(session)
        await session.flush()
        return int((await client.get("/count")).json())

    assert 0 == await committed.run(write)


@pytest.mark.parametrize("statement", [None, update(User).values(name="x"), delete(User)])
async def test_a_reading_request_writes_nothing(serve: Serve, logged: Logged, statement: Any) -> None:
    """GET has no transaction that could take it back: whoever tries learns it at the first request."""
    router = Router()

    @router.get("/write")
    async def write(session: Session) -> None:
        if statement is None:
            new_user(session)
            await session.flush()
        else:
            await session.execute(statement)

    assert 500 == (await serve(router).get("/write")).status_code
    [line] = logged("unexpected_error")
    assert "a GET request changes nothing" in line["exception"][0]["exc_value"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/merge-patch+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
async def test_a_body_must_be_json(serve: Serve, content_type: str, status: int) -> None:
    """Another media type is 415, not a body that cannot be read."""
    router = Router()

    @router.post("/echo")
    async def echo(body: dict[str, int]) -> dict[str, int]:
        return body

    response = await serve(router).post("/echo", content=b'{"a":1}', headers={"Content-Type": content_type})

    assert status == response.status_code
