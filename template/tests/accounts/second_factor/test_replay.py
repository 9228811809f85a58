"""A code that was seen once: it is good for nobody any more, however fast they are."""

import asyncio
from contextlib import suppress

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.second_factor import Codes
from app.db import Database
from tests.accounts.second_factor.attacker import FACTOR, PASSWORD, REFUSED, Victim, enrol, log_in, meaning
from tests.accounts.second_factor.conftest import Clock
from tests.fixtures.apps import Connect, MakeApp
from tests.rules.requests import NoStore

OPENED = (200, "")


@pytest.fixture
async def victim(alice: AsyncClient) -> Victim:
    return await enrol(alice)


async def test_a_code_logs_in_once(victim: Victim, client: AsyncClient) -> None:
    """RFC 6238 section 5.2."""
    code = victim.code()

    assert [OPENED, REFUSED] == [meaning(await log_in(client, code)) for _ in range(2)]


async def test_an_older_code_is_refused_too(victim: Victim, client: AsyncClient) -> None:
    """Though it was never used, and its time is not over."""
    answers = [meaning(await log_in(client, victim.code(steps))) for steps in (1, 0, -1)]

    assert [OPENED, REFUSED, REFUSED] == answers


async def test_the_code_that_confirmed_the_app_logs_nobody_in(victim: Victim, client: AsyncClient) -> None:
    """It was seen by whoever looked on."""
    assert REFUSED == meaning(await log_in(client, victim.code(-1)))


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
async def test_a_code_of_another_time_is_refused(victim: Victim, client: AsyncClient, steps: int) -> None:
    """A minute old, or made ahead on a phone whose clock somebody has set."""
    assert REFUSED == meaning(await log_in(client, victim.code(steps)))


async def test_a_login_and_a_change_take_a_code_each(victim: Victim, client: AsyncClient) -> None:
    """In either order."""
    removal = {"current_password": PASSWORD, "code": victim.code()}
    assert OPENED == meaning(await log_in(client, removal["code"]))

    assert (403, "wrong_code") == meaning(await victim.client.post(f"{FACTOR}/removal", json=removal))


async def test_a_code_of_a_request_that_failed_is_used_up(victim: Victim, client: AsyncClient) -> None:
    """It was right, and somebody has seen it."""
    for code in (victim.code(), victim.recovery_codes[0]):
        poor = {"current_password": PASSWORD, "code": code, "new_password": "passwordpassword"}
        assert 422 == (await victim.client.post("/api/v1/auth/password", json=poor)).status_code

        assert REFUSED == meaning(await log_in(client, code))


async def test_a_recovery_code_is_good_once(victim: Victim, client: AsyncClient, clock: Clock) -> None:
    """The others stay good."""
    first, second, *_ = victim.recovery_codes
    answers = [meaning(await log_in(client, code)) for code in (first, first, second)]
    clock.shift(3600)

    assert [OPENED, REFUSED, OPENED] == answers
    assert REFUSED == meaning(await log_in(client, first))


@pytest.fixture
def app(make_app: MakeApp, committed: Database) -> FastAPI:
    """On a database that commits."""
    app = make_app(database=committed)
    app.state.shared_store = NoStore()
    return app


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are let in before either has used the code: the worst moment there is."""
    wanted, barrier = Codes.wanted, asyncio.Barrier(2)

    async def wait(codes: Codes, session: AsyncSession) -> bool:
        # Where one waits for the other (logins, and all of SQLite) that one cannot come: not for ever.
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(barrier.wait(), 0.3)
        return await wanted(codes, session)

    monkeypatch.setattr(Codes, "wanted", wait)


@pytest.fixture(params=["app", "recovery"])
def code(request: pytest.FixtureRequest, victim: Victim) -> str:
    """Of either kind."""
    return victim.code() if request.param == "app" else victim.recovery_codes[0]


@pytest.mark.usefixtures("met")
async def test_of_two_logins_at_once_one_wins(app: FastAPI, connect: Connect, code: str) -> None:
    """One session, one refusal."""
    answers = await asyncio.gather(*(log_in(connect(app), code) for _ in range(2)))

    assert [OPENED, REFUSED] == sorted(map(meaning, answers))


@pytest.mark.usefixtures("met")
async def test_of_two_changes_at_once_one_wins(victim: Victim, code: str) -> None:
    """In one login."""
    body = {"current_password": PASSWORD, "code": code}

    answers = await asyncio.gather(
        *(victim.client.post(f"{FACTOR}/recovery-codes", json=body) for _ in range(2))
    )

    assert [OPENED, (403, "wrong_code")] == sorted(map(meaning, answers))


@pytest.mark.usefixtures("met")
async def test_of_a_login_and_a_change_at_once_one_wins(
    app: FastAPI, connect: Connect, victim: Victim, code: str
) -> None:
    """A thief with the code that the owner is just using."""
    body = {"current_password": PASSWORD, "code": code}

    answers = await asyncio.gather(
        log_in(connect(app), code), victim.client.post(f"{FACTOR}/recovery-codes", json=body)
    )

    assert [True, False] == sorted((answer.status_code == 200 for answer in answers), reverse=True)
    assert {answer.status_code for answer in answers} <= {200, 401, 403}
