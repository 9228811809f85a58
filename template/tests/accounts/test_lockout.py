"""Guessing at an account is slowed down; nobody is locked out for ever."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from app.accounts.lockout import account_counter, admit
from app.auth.models import AttemptCount
from app.auth.policy import POLICY
from app.db import Database, utc_now
from tests.accounts.links import token_in
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail
from tests.rules.requests import NoStore

ALICE = "alice@example.com"
FREE = POLICY.lockout_failures


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Without rate limits: they would stop a guesser long before."""
    app.state.shared_store = NoStore()
    return app


@pytest.fixture
async def account(add_user: AddUser) -> None:
    await add_user(ALICE)


async def log_in(client: AsyncClient, password: str = PASSWORD, email: str = ALICE) -> Response:
    return await client.post("/api/v1/auth/login", json={"email": email, "password": password})


async def guess(client: AsyncClient, times: int, email: str = ALICE) -> None:
    for _ in range(times):
        assert 401 == (await log_in(client, "a wrong password", email)).status_code


@pytest.mark.usefixtures("account")
async def test_some_failures_are_free(client: AsyncClient) -> None:
    """Whoever mistypes gets in with the tenth try."""
    await guess(client, FREE - 1)

    assert 200 == (await log_in(client)).status_code


@pytest.mark.usefixtures("account")
async def test_then_the_right_password_is_refused_too(client: AsyncClient, audit_trail: AuditTrail) -> None:
    """In the same words as a wrong one; the audit trail tells them apart."""
    wrong = await log_in(client, "a wrong password")
    await guess(client, FREE - 1)

    locked = await log_in(client)

    told = [
        {name: value for name, value in answer.json().items() if name != "request_id"}
        for answer in (wrong, locked)
    ]
    assert (401, told[0]) == (locked.status_code, told[1])
    events = await audit_trail("login")
    assert ["password"] * FREE + ["locked"] == [event.details["reason"] for event in events]


@pytest.mark.usefixtures("account")
async def test_the_pauses_grow(client: AsyncClient) -> None:
    """A minute, two, four … an hour; what comes too early does not make it longer."""
    await guess(client, FREE)
    start = utc_now()

    codes = []
    for minutes in (0.9, 1.1, 2.9, 3.2):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            password = PASSWORD if minutes in {0.9, 2.9, 3.2} else "a wrong password"
            codes.append((await log_in(client, password)).status_code)

    assert [401, 401, 401, 200] == codes


def test_how_long_the_pauses_are() -> None:
    """Twice as long each time, and never longer than an hour."""
    counter = account_counter(ALICE)

    pauses = [counter.pause(attempts).total_seconds() / 60 for attempts in range(FREE - 1, FREE + 9)]

    assert [0, 1, 2, 4, 8, 16, 32, 60, 60, 60] == pauses
    assert timedelta(hours=1) == counter.pause(10_000)


@pytest.mark.usefixtures("account")
async def test_success_forgets_the_failures(client: AsyncClient) -> None:
    """The next ten are free again."""
    codes = []
    for _ in range(3):  # after the first success the client's address is the user's, and counts apart
        await guess(client, FREE - 1)
        codes.append((await log_in(client)).status_code)

    assert [200, 200, 200] == codes


@pytest.mark.usefixtures("account")
async def test_a_new_password_ends_the_lock(client: AsyncClient, sent_mails: SentMails) -> None:
    """The owner gets in at once by way of the mail."""
    await guess(client, FREE + 1)
    await client.post("/api/v1/auth/forgot-password", json={"email": ALICE})
    [mail] = await sent_mails()
    body = {"token": token_in(mail), "password": "staple battery horse"}
    await client.post("/api/v1/auth/reset-password", json=body)

    assert 200 == (await log_in(client, "staple battery horse")).status_code


async def test_the_owner_is_not_locked_out_by_a_stranger(
    app: FastAPI, connect: Connect, account: None
) -> None:
    """Where the owner has logged in before, a stranger's failures elsewhere do not count."""
    home, elsewhere = connect(app, "192.0.2.1"), connect(app, "198.51.100.1")
    assert 200 == (await log_in(home)).status_code

    await guess(elsewhere, FREE + 5)

    assert [200, 401] == [(await log_in(client)).status_code for client in (home, elsewhere)]


async def test_an_address_without_an_account_is_locked_as_well(
    client: AsyncClient, add_user: AddUser
) -> None:
    """Nobody learns from a lock who has an account: opened meanwhile, it is locked."""
    await guess(client, FREE)
    await add_user(ALICE)

    assert 401 == (await log_in(client)).status_code


async def test_no_more_than_a_hundred_failures_in_a_row(database: Database) -> None:
    """Then the password is good for nothing, until a new one is set (NIST SP 800-63B-4 section 3.2.2)."""
    counter, now, admitted = account_counter(ALICE), utc_now(), 0
    for hours in range(200):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            admitted += await database.run(lambda session: admit(session, counter))

    assert 100 == admitted
    with time_machine.travel(now + timedelta(days=60), tick=False):
        assert await database.run(lambda session: admit(session, counter)), "no lock is for ever"


@pytest.mark.usefixtures("account")
async def test_failures_outlive_the_rollback(client: AsyncClient, database: Database) -> None:
    """The refusal takes back all that the request has done, but not the count; no address stands there."""
    await guess(client, 3)

    rows = await database.run(lambda session: session.execute(select(AttemptCount)))
    counts = {row.key_hash: row.attempts for row in rows.scalars()}
    assert [3, 3] == [*counts.values()]
    assert all(len(key) == 64 for key in counts)


async def test_of_many_at_once_no_more_than_ten_are_looked_at(
    make_app: MakeApp, connect: Connect, committed: Database, add_user: AddUser, audit_trail: AuditTrail
) -> None:
    """However many connections a guesser opens."""
    await add_user(ALICE, database=committed)
    app = make_app(database=committed)
    app.state.shared_store = NoStore()
    clients = [connect(app, f"192.0.2.{number}") for number in range(50)]
    crowd = asyncio.Semaphore(20)

    async def one(client: AsyncClient) -> int:
        async with crowd:
            return (await log_in(client, "a wrong password")).status_code

    codes = await asyncio.gather(*(one(client) for client in clients))

    looked_at = [e for e in await audit_trail("login", database=committed) if e.details["reason"] != "locked"]
    assert {401} == set(codes)
    assert FREE == len(looked_at)
    assert 401 == (await log_in(connect(app, "192.0.2.99"))).status_code
