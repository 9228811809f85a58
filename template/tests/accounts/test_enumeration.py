"""Who has an account is told to nobody: not by status, text or headers, nor by the work that is done.

Instead of time, which differs from run to run, what takes it is compared: each statement and each hash.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import event

from app.accounts import passwords
from app.auth.policy import POLICY
from app.db import Database, utc_now
from tests.fixtures.accounts import AddUser, change_user
from tests.fixtures.passwords import PASSWORD
from tests.rules.requests import NoStore

KNOWN, UNCONFIRMED, UNKNOWN = "known@example.com", "unconfirmed@example.com", "unknown@example.com"
DISABLED, WITHOUT_PASSWORD = "disabled@example.com", "without@example.com"


@dataclass(frozen=True)
class Observed:
    """All that an observer could tell answers apart by."""

    status: int
    body: str
    headers: tuple[str, ...]
    work: tuple[str, ...]


Observe = Callable[[Awaitable[Response]], Awaitable[Observed]]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Without rate limits, which count alike for all."""
    app.state.shared_store = NoStore()
    return app


@pytest.fixture
def observe(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Observe]:
    """Make a request and note what it did."""
    work: list[str] = []
    hasher, engine = passwords._hasher, database.engine.sync_engine

    class Counting:
        def hash(self, password: str) -> str:
            work.append("hash")
            return hasher.hash(password)

        def verify(self, password: str, password_hash: str) -> bool:
            work.append("verify")
            return hasher.verify(password, password_hash)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            work.append(re.sub(r"\s+", " ", statement))

    passwords._nobody()  # made once for the whole process
    monkeypatch.setattr(passwords, "_hasher", Counting())
    event.listen(engine, "before_cursor_execute", note)

    async def observed(request: Awaitable[Response]) -> Observed:
        work.clear()
        response = await request
        body = re.sub(r'"request_id":"\w+"', "", response.text)
        return Observed(response.status_code, body, tuple(response.headers), tuple(work))

    yield observed
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
async def accounts(add_user: AddUser, database: Database) -> None:
    """One of each kind."""
    await add_user(KNOWN)
    await add_user(UNCONFIRMED, email_verified_at=None)
    await add_user(DISABLED, disabled_at=utc_now())
    await add_user(WITHOUT_PASSWORD)
    await change_user(database, WITHOUT_PASSWORD, password_hash=None)


@pytest.fixture(autouse=True)
async def known_client(client: AsyncClient, accounts: None) -> None:
    """The client's address is counted already: the first count is another statement."""
    body = {"email": "first@example.com", "password": PASSWORD}
    await client.post("/api/v1/auth/login", json=body)


async def test_login(client: AsyncClient, observe: Observe) -> None:
    """Whatever is wrong."""

    async def log_in(email: str, password: str) -> Observed:
        body = {"email": email, "password": password}
        return await observe(client.post("/api/v1/auth/login", json=body))

    wrong = await log_in(KNOWN, "a wrong password")
    others = [
        await log_in(email, password)
        for email, password in (
            (UNKNOWN, PASSWORD),
            (UNCONFIRMED, "a wrong password"),
            (DISABLED, PASSWORD),
            (WITHOUT_PASSWORD, PASSWORD),
        )
    ]

    assert (401, 1) == (wrong.status, wrong.work.count("verify"))
    assert [wrong] * len(others) == others


async def test_login_while_locked(client: AsyncClient, observe: Observe) -> None:
    """A lock looks like a wrong password, and alike for an address that nobody has."""

    async def last(email: str, password: str, attempts: int) -> Observed:
        for _ in range(attempts):
            body = {"email": email, "password": "a wrong password"}
            await client.post("/api/v1/auth/login", json=body)
        body = {"email": email, "password": password}
        return await observe(client.post("/api/v1/auth/login", json=body))

    second = await last(UNCONFIRMED, "a wrong password", 1)
    locked = [await last(email, PASSWORD, POLICY.lockout_failures) for email in (KNOWN, UNKNOWN)]

    assert [second] * 2 == locked


async def test_registration(client: AsyncClient, observe: Observe) -> None:
    """Whether an address is free, only its mail tells."""

    async def register(email: str) -> Observed:
        body = {"email": email, "password": PASSWORD, "name": "Somebody"}
        return await observe(client.post("/api/v1/auth/register", json=body))

    free, *others = [await register(email) for email in (UNKNOWN, KNOWN, UNCONFIRMED, DISABLED)]

    assert (202, 1) == (free.status, free.work.count("hash"))
    assert [free] * len(others) == others


async def test_a_forgotten_password(client: AsyncClient, observe: Observe) -> None:
    """The mail goes out in any case, with a link or without."""

    async def forgot(email: str) -> Observed:
        return await observe(client.post("/api/v1/auth/forgot-password", json={"email": email}))

    unknown, *others = [await forgot(email) for email in (UNKNOWN, KNOWN, UNCONFIRMED, DISABLED)]

    assert 202 == unknown.status
    assert [unknown] * len(others) == others


async def test_another_address(alice: AsyncClient, observe: Observe) -> None:
    """Nobody finds out who has an account by asking for everybody's address, or for the own one."""

    async def change(email: str) -> Observed:
        body = {"email": email, "current_password": PASSWORD}
        return await observe(alice.post("/api/v1/auth/email", json=body))

    addresses = (UNKNOWN, KNOWN, UNCONFIRMED, DISABLED, "alice@example.com")
    free, *others = [await change(email) for email in addresses]

    assert 202 == free.status
    assert [free] * len(others) == others


@pytest.mark.parametrize("password", ["passwordpassword", "known@example.com"])
async def test_a_refused_password(client: AsyncClient, observe: Observe, password: str) -> None:
    """It is refused for what it is, before anybody is looked for."""

    async def register(email: str) -> Observed:
        body = {"email": email, "password": password, "name": password}
        return await observe(client.post("/api/v1/auth/register", json=body))

    assert await register(UNKNOWN) == await register(KNOWN)
