"""What somebody at an open login, or with an old password, tries to keep or to take an account."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.accounts import passwords, service
from app.db import Database
from tests.fixtures import credentials
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.passwords import PASSWORD

AUTH, ME, ALICE = "/api/v1/auth", "/api/v1/users/me", "alice@example.com"
SENSITIVE = {
    f"{AUTH}/password": {"new_password": "staple battery horse"},
    f"{AUTH}/email": {"email": "thief@example.com"},
    f"{ME}/deletion": {},
}


@pytest.mark.parametrize("path", SENSITIVE)
@pytest.mark.parametrize(
    "proof", [{}, {"current_password": ""}, {"current_password": None}, {"password": PASSWORD}]
)
async def test_without_the_password_in_its_place_it_is_refused(
    alice: AsyncClient, path: str, proof: dict[str, str | None]
) -> None:
    """Left out, empty, null, or elsewhere."""
    assert 422 == (await alice.post(path, json={**SENSITIVE[path], **proof})).status_code
    assert 200 == (await alice.get(ME)).status_code


@pytest.mark.parametrize("path", SENSITIVE)
@pytest.mark.parametrize("guess", ["a wrong password", PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1]])
async def test_with_a_wrong_password_it_is_refused(alice: AsyncClient, path: str, guess: str) -> None:
    """Nearly right is wrong."""
    response = await alice.post(path, json={**SENSITIVE[path], "current_password": guess})

    assert (403, "wrong_password") == (response.status_code, response.json()["code"])
    assert ALICE == (await alice.get(ME)).json()["email"]


@pytest.mark.parametrize("path", SENSITIVE)
async def test_another_users_password_does_not_do(alice: AsyncClient, path: str, client: AsyncClient) -> None:
    """Nor does any without a login."""
    body = {**SENSITIVE[path], "current_password": PASSWORD}

    assert 401 == (await client.post(path, json=body)).status_code


async def test_delete_without_a_proof_is_gone(alice: AsyncClient) -> None:
    """There is one way to delete an account."""
    assert 405 == (await alice.delete(ME)).status_code


async def test_a_password_is_not_even_hashed_into_an_idempotency_row(alice: AsyncClient) -> None:
    """A fast hash of a request would let its password be guessed: these routes take no key."""
    body = {"current_password": "a wrong password", "new_password": "staple battery horse"}
    headers = {"Idempotency-Key": "k"}

    first = await alice.post(f"{AUTH}/password", json=body, headers=headers)
    again = await alice.post(f"{AUTH}/password", json={**body, "current_password": PASSWORD}, headers=headers)

    assert [403, 204] == [first.status_code, again.status_code]


async def test_a_login_by_the_old_password_does_not_outlive_it(
    make_app: MakeApp, connect: Connect, login: Login, committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verified before the change and opened after it, it would: whichever comes first, it is out."""
    app: FastAPI = make_app(database=committed)
    alice, verify = await login(ALICE, app=app), passwords.verify_password
    verified = asyncio.Event()

    async def slow(password: str, password_hash: str | None) -> bool:
        right = await verify(password, password_hash)
        verified.set()
        await asyncio.sleep(0.3)
        return right

    async def change() -> int:
        await verified.wait()
        body = {"current_password": PASSWORD, "new_password": "staple battery horse"}
        return (await alice.post(f"{AUTH}/password", json=body)).status_code

    monkeypatch.setattr(service, "verify_password", slow)
    thief = connect(app)
    opened, changed = await asyncio.gather(
        thief.post(f"{AUTH}/login", json={"email": ALICE, "password": PASSWORD}), change()
    )

    assert 204 == changed
    if opened.status_code == 200:
        credentials.present(thief, opened)
    assert 401 == (await thief.get(ME)).status_code
    assert 200 == (await alice.get(ME)).status_code
