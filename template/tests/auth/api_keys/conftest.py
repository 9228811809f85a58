"""API keys: made in a login, used by a program."""

from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth import EVERYBODY, CurrentUser, Permission, require
from app.http import Router
from tests.fixtures.apps import Connect

READ = Permission("parcels:read", EVERYBODY)
WRITE = Permission("parcels:write", EVERYBODY)
router = Router(prefix="/parcels")


@router.get("")
@require(READ)
async def count_parcels(current: CurrentUser) -> str:
    return current.email


@router.post("")
@require(WRITE)
async def post_parcel(current: CurrentUser) -> str:
    return current.email


class Program(Protocol):
    """`program(key)`: a client that shows this key, and nothing else."""

    def __call__(
        self, key: str, *, app: FastAPI | None = None, address: str = "127.0.0.1"
    ) -> AsyncClient: ...


@pytest.fixture
def program(app: FastAPI, connect: Connect) -> Program:
    """Call as a program does."""
    test_app = app

    def client(key: str, *, app: FastAPI | None = None, address: str = "127.0.0.1") -> AsyncClient:
        client = connect(app or test_app, address)
        client.headers["Authorization"] = f"Bearer {key}"
        return client

    return client


async def make_key(owner: AsyncClient, *scopes: str, **fields: Any) -> dict[str, Any]:
    """Let somebody who is logged in make a key."""
    body = {"name": "Nightly export", "scopes": scopes or ["account:read"], **fields}
    answer = await owner.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def status_of_me(client: AsyncClient) -> int:
    """Whether the account lets it in."""
    return (await client.get("/api/v1/users/me")).status_code


def days_of(key: dict[str, Any]) -> int:
    """For how many days it was made."""
    span = datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"])
    return round(span / timedelta(days=1))
