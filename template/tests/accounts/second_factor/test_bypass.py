"""Ways around the second factor: none opens the account, and none removes or replaces the factor."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.second_factor import Codes
from app.db import Database
from tests.accounts.links import token_in
from tests.accounts.second_factor.attacker import (
    ALICE,
    FACTOR,
    LOGIN,
    MALLORY,
    PASSWORD,
    REFUSED,
    Victim,
    enrol,
    log_in,
    meaning,
    totp,
)
from tests.accounts.second_factor.conftest import Clock
from tests.fixtures import credentials
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.mails import SentMails
from tests.rules.requests import NoStore

AUTH, ME = "/api/v1/auth", "/api/v1/users/me"
WRONG_CODE = (403, "wrong_code")
SENSITIVE = {
    f"{FACTOR}/removal": {},
    f"{FACTOR}/recovery-codes": {},
    FACTOR: {},
    f"{AUTH}/password": {"new_password": "staple battery horse"},
    f"{AUTH}/email": {"email": MALLORY},
    f"{ME}/deletion": {},
}


@pytest.fixture
async def victim(alice: AsyncClient) -> Victim:
    return await enrol(alice)


@pytest.fixture
async def mallory(login: Login) -> Victim:
    """An attacker with an account, and a second factor of their own."""
    return await enrol(await login(MALLORY), MALLORY)


async def still_guarded(victim: Victim, anybody: AsyncClient) -> bool:
    """A login takes the code of the app that Alice has added, and nothing less."""
    without = meaning(await log_in(anybody, email=victim.email))
    return (without, 200) == (REFUSED, (await log_in(anybody, victim.code(1))).status_code)


@pytest.mark.parametrize("path", SENSITIVE)
@pytest.mark.parametrize("code", [None, "wrong", "aaaa-bbbb-cccc-dddd-eeee-ffff", "0"])
async def test_an_open_login_and_the_password_do_not_do(
    victim: Victim, client: AsyncClient, path: str, code: str | None
) -> None:
    """Neither without a code nor with a wrong one."""
    given = victim.wrong_code() if code == "wrong" else code
    body = {"current_password": PASSWORD, **SENSITIVE[path], **({"code": given} if given else {})}

    assert WRONG_CODE == meaning(await victim.client.post(path, json=body))
    assert await still_guarded(victim, client)


@pytest.mark.parametrize("code", ["", " ", "-", 123456, ["123456"], {"code": "123456"}, True, "1" * 65])
async def test_what_is_no_code_is_none(victim: Victim, client: AsyncClient, code: Any) -> None:
    """Whatever stands in its place."""
    removal = {"current_password": PASSWORD, "code": code}

    assert 200 != (await log_in(client, code)).status_code
    assert (await victim.client.post(f"{FACTOR}/removal", json=removal)).status_code in {403, 422}
    assert await still_guarded(victim, client)


async def test_null_is_no_code(victim: Victim, client: AsyncClient) -> None:
    """It is as if it were left out."""
    body = {"email": ALICE, "password": PASSWORD, "code": None}

    assert REFUSED == meaning(await client.post(LOGIN, json=body))
    removal = {"current_password": PASSWORD, "code": None}
    assert WRONG_CODE == meaning(await victim.client.post(f"{FACTOR}/removal", json=removal))


async def test_another_accounts_codes_are_worth_nothing(
    victim: Victim, mallory: Victim, client: AsyncClient
) -> None:
    """Neither of the app nor for recovery."""
    for code in (mallory.code(), mallory.recovery_codes[0]):
        assert REFUSED == meaning(await log_in(client, code))
        removal = {"current_password": PASSWORD, "code": code}
        assert WRONG_CODE == meaning(await victim.client.post(f"{FACTOR}/removal", json=removal))

    assert 200 == (await log_in(client, mallory.recovery_codes[0], email=MALLORY)).status_code
    assert await still_guarded(victim, client)


async def test_a_confirmed_app_is_not_replaced(victim: Victim, client: AsyncClient) -> None:
    """Not even with a code: it is removed first, and its owner hears of it."""
    body = {"current_password": PASSWORD, "code": victim.recovery_codes[0]}
    begun = await victim.client.post(FACTOR, json=body)
    again = await victim.client.post(
        f"{FACTOR}/confirmation", json={**body, "code": victim.recovery_codes[1]}
    )

    assert [(409, "second_factor_exists")] * 2 == [meaning(begun), meaning(again)]
    assert "secret" not in begun.json()
    assert await still_guarded(victim, client)


async def test_an_app_that_was_not_confirmed_counts_for_nothing(
    alice: AsyncClient, client: AsyncClient
) -> None:
    """Only the newest secret is confirmed, and by its own code alone."""
    secrets = [(await alice.post(FACTOR, json={"current_password": PASSWORD})).json() for _ in range(2)]
    old, new = (one["secret"] for one in secrets)

    async def confirm(**body: str) -> tuple[int, str]:
        return meaning(await alice.post(f"{FACTOR}/confirmation", json=body))

    assert 200 == (await log_in(client)).status_code
    assert WRONG_CODE == await confirm(current_password=PASSWORD, code=totp(old))
    assert (403, "wrong_password") == await confirm(current_password="a wrong one", code=totp(new))
    assert 422 == (await confirm(code=totp(new)))[0]
    assert (409, "no_second_factor") == meaning(
        await alice.post(f"{FACTOR}/removal", json={"current_password": PASSWORD, "code": totp(new)})
    )
    assert (200, "") == await confirm(current_password=PASSWORD, code=totp(new))


async def test_whoever_reads_the_mail_does_not_get_in(
    victim: Victim, client: AsyncClient, sent_mails: SentMails, clock: Clock
) -> None:
    """A new password is one factor of two."""
    clock.shift(1)
    await client.post(f"{AUTH}/forgot-password", json={"email": ALICE})
    body = {"token": token_in((await sent_mails())[-1]), "password": "staple battery horse"}
    reset = await client.post(f"{AUTH}/reset-password", json=body)

    assert (204, "") == (reset.status_code, reset.text)
    assert REFUSED == meaning(await log_in(client, password="staple battery horse"))
    assert 200 == (await log_in(client, victim.code(), password="staple battery horse")).status_code


async def test_an_api_key_changes_no_factor(victim: Victim, client: AsyncClient) -> None:
    """Nor does it see whether there is one."""
    new = {"name": "k", "scopes": ["account:read"]}
    key = (await victim.client.post("/api/v1/api-keys", json=new)).json()["key"]
    client.headers["Authorization"] = f"Bearer {key}"
    body = {"current_password": PASSWORD, "code": victim.code()}

    answers = [await client.get(FACTOR)]
    answers += [await client.post(path, json=body) for path in SENSITIVE if path.startswith(FACTOR)]

    assert {(403, "permission_denied")} == {meaning(answer) for answer in answers}


async def test_nothing_is_given_again_for_an_idempotency_key(alice: AsyncClient) -> None:
    """A stored answer would hold the secret."""
    headers, body = {"Idempotency-Key": "k"}, {"current_password": PASSWORD}

    secrets = [(await alice.post(FACTOR, json=body, headers=headers)).json()["secret"] for _ in range(2)]

    assert secrets[0] != secrets[1]


async def test_a_login_by_the_password_alone_does_not_outlive_the_confirmation(
    make_app: MakeApp, connect: Connect, login: Login, committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code was wanted of it when it looked, and the app is confirmed before it is open."""
    app: FastAPI = make_app(database=committed)
    app.state.shared_store = NoStore()
    alice, wanted, looked = await login(ALICE, app=app), Codes.wanted, asyncio.Event()
    begun = await alice.post(FACTOR, json={"current_password": PASSWORD})
    body = {"current_password": PASSWORD, "code": totp(begun.json()["secret"])}

    async def slow(codes: Codes, session: AsyncSession) -> bool:
        answer = await wanted(codes, session)
        if not looked.is_set():  # the login, which comes first
            looked.set()
            await asyncio.sleep(0.5)
        return answer

    async def confirm() -> Response:
        await looked.wait()
        return await alice.post(f"{FACTOR}/confirmation", json=body)

    monkeypatch.setattr(Codes, "wanted", slow)
    thief = connect(app)
    opened, confirmed = await asyncio.gather(log_in(thief), confirm())

    assert [200, 200] == [opened.status_code, confirmed.status_code]
    credentials.present(thief, opened)
    credentials.present(alice, confirmed)
    assert 401 == (await thief.get(ME)).status_code
    assert 200 == (await alice.get(ME)).status_code
