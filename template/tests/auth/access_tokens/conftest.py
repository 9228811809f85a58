"""Services that sign with keys of a test."""

from hashlib import sha256
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.passwords import PASSWORD

ALICE = "alice@example.com"
FIRST, SECOND = (f"{name} secret as long and as random as it must be 6e2f" for name in ("1st", "2nd"))


class Issuer(Protocol):
    """`issuer(pem, …, secret_key=…)`: the service with these private and public keys, in this order."""

    def __call__(self, *keys: str, **settings: Any) -> FastAPI: ...


class LogIn(Protocol):
    """`await log_in(app)`: what a login of Alice's gives."""

    async def __call__(self, app: FastAPI) -> dict[str, Any]: ...


class WhoAmI(Protocol):
    """`await whoami(app, token)`: whom a token makes one, or the code of the refusal."""

    async def __call__(self, app: FastAPI, token: str) -> str: ...


@pytest.fixture
def issuer(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    def make(*keys: str, **settings: Any) -> FastAPI:
        pem = "".join(keys)
        monkeypatch.setenv("JWT_PRIVATE_KEYS", pem)
        # No setting has this name; by it make_app tells services with other keys apart.
        return make_app(keys=sha256(pem.encode()).hexdigest(), **settings)

    return make


@pytest.fixture
async def log_in(connect: Connect, add_user: AddUser) -> LogIn:
    await add_user(ALICE)

    async def enter(app: FastAPI) -> dict[str, Any]:
        answer = await connect(app).post("/api/v1/auth/login", json={"email": ALICE, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return enter


@pytest.fixture
def whoami(connect: Connect) -> WhoAmI:
    async def ask(app: FastAPI, token: str) -> str:
        client: AsyncClient = connect(app)
        header = {b"Authorization": b"Bearer " + token.encode("latin-1")}
        answer = (await client.get("/api/v1/users/me", headers=header)).json()
        return str(answer.get("email") or answer["code"])

    return ask
