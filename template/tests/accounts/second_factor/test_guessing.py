"""Whoever knows the password guesses at the code: at six digits, a few times."""

import asyncio

import pytest
from httpx2 import AsyncClient

from app.auth.policy import POLICY
from app.db import Database
from tests.accounts.links import token_in
from tests.accounts.second_factor.attacker import (
    ALICE,
    FACTOR,
    LOCKED,
    PASSWORD,
    REFUSED,
    Victim,
    enrol,
    log_in,
    meaning,
)
from tests.accounts.second_factor.conftest import Clock
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.mails import SentMails
from tests.fixtures.trail import AuditTrail
from tests.rules.requests import NoStore

FREE = POLICY.lockout_failures


@pytest.fixture
async def victim(alice: AsyncClient) -> Victim:
    return await enrol(alice)


@pytest.fixture
def mallory(alice: AsyncClient, connect: Connect) -> AsyncClient:
    """From elsewhere than Alice logs in from."""
    return connect(alice._transport.app, "192.0.2.66")  # type: ignore[attr-defined]


async def test_after_ten_wrong_codes_the_right_one_is_refused(
    victim: Victim, mallory: AsyncClient, clock: Clock
) -> None:
    """As with wrong passwords, and with them: until the pause is over."""
    guesses = [meaning(await log_in(mallory, victim.wrong_code())) for _ in range(FREE)]
    right = [meaning(await log_in(mallory, victim.code()))]
    clock.shift(61)
    right.append(meaning(await log_in(mallory, victim.code())))

    assert [REFUSED] * FREE == guesses
    assert [LOCKED, (200, "")] == right


async def test_its_owner_is_not_locked_out(victim: Victim, mallory: AsyncClient, client: AsyncClient) -> None:
    """Whatever a stranger guesses."""
    for _ in range(FREE + 1):
        await log_in(mallory, victim.wrong_code())

    assert (200, "") == meaning(await log_in(client, victim.code()))


async def test_the_password_alone_forgives_no_guess(victim: Victim, mallory: AsyncClient) -> None:
    """Else each guess would be the first one."""
    for _ in range(FREE):
        assert REFUSED == meaning(await log_in(mallory))
        assert REFUSED == meaning(await log_in(mallory, victim.wrong_code()))

    assert LOCKED == meaning(await log_in(mallory, victim.code()))


async def test_the_password_alone_is_no_failure(victim: Victim, client: AsyncClient) -> None:
    """It is the first half of every login."""
    for _ in range(FREE + 1):
        assert REFUSED == meaning(await log_in(client))

    assert (200, "") == meaning(await log_in(client, victim.code()))


async def test_a_new_password_gives_no_new_guesses(
    victim: Victim, mallory: AsyncClient, sent_mails: SentMails, clock: Clock
) -> None:
    """Who reads the mail could go on for ever. A recovery code, which nobody guesses, still opens."""
    for _ in range(FREE):
        await log_in(mallory, victim.wrong_code())
    clock.shift(1)
    await mallory.post("/api/v1/auth/forgot-password", json={"email": ALICE})
    body = {"token": token_in((await sent_mails())[-1]), "password": "staple battery horse"}
    assert 204 == (await mallory.post("/api/v1/auth/reset-password", json=body)).status_code

    answers = [
        meaning(await log_in(mallory, code, password="staple battery horse"))
        for code in (victim.code(), victim.recovery_codes[0])
    ]

    assert [REFUSED, (200, "")] == answers


async def test_an_open_login_gives_no_more_guesses(victim: Victim) -> None:
    """The proof before a change counts as a login does."""
    wrong = {"current_password": PASSWORD, "code": victim.wrong_code()}
    guesses = [meaning(await victim.client.post(f"{FACTOR}/removal", json=wrong)) for _ in range(FREE)]
    right = {"current_password": PASSWORD, "code": victim.code()}

    assert [(403, "wrong_code")] * FREE == guesses
    assert (403, "wrong_password") == meaning(await victim.client.post(f"{FACTOR}/removal", json=right))


async def test_the_password_alone_forgives_no_guess_in_an_open_login(victim: Victim) -> None:
    """The same, before a change."""
    for _ in range(FREE):
        await victim.client.post(f"{FACTOR}/removal", json={"current_password": PASSWORD})
        wrong = {"current_password": PASSWORD, "code": victim.wrong_code()}
        await victim.client.post(f"{FACTOR}/removal", json=wrong)

    right = {"current_password": PASSWORD, "code": victim.code()}
    assert (403, "wrong_password") == meaning(await victim.client.post(f"{FACTOR}/removal", json=right))


async def test_of_many_at_once_no_more_than_ten_are_looked_at(
    make_app: MakeApp, connect: Connect, committed: Database, login: Login, audit_trail: AuditTrail
) -> None:
    """However many connections a guesser opens."""
    app = make_app(database=committed)
    app.state.shared_store = NoStore()
    victim = await enrol(await login(ALICE, app=app))
    clients = [connect(app, f"192.0.2.{number}") for number in range(40)]
    crowd = asyncio.Semaphore(20)

    async def guess(client: AsyncClient) -> int:
        async with crowd:
            return (await log_in(client, victim.wrong_code())).status_code

    codes = await asyncio.gather(*map(guess, clients))

    reasons = [event.details.get("reason") for event in await audit_trail("login", database=committed)]
    assert {401} == set(codes)
    assert (FREE, 40 - FREE) == (reasons.count("code"), reasons.count("locked"))
