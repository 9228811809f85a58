"""Programs: what they show, and what they ask for."""

from typing import Protocol
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth import EVERYBODY, CurrentUser, Permission, require
from app.db import Database
from app.http import Router
from app.settings import Settings
from app.users import repository as users
from tests.fixtures.accounts import AddUser
from tests.fixtures.api_keys import add_key
from tests.fixtures.apps import Connect

ALICE = "alice@example.com"
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


class NewKey(Protocol):
    """`key_id, key = await new_key("users:read")`: a key of alice, by default to read her account."""

    async def __call__(self, *scopes: str, owner: str = ALICE) -> tuple[UUID, str]: ...


@pytest.fixture
def new_key(database: Database, settings: Settings, add_user: AddUser) -> NewKey:
    """Make keys, however their owner would come by one; the account is opened when there is none."""

    async def key_of(*scopes: str, owner: str = ALICE) -> tuple[UUID, str]:
        if await database.run(lambda session: users.by_email(session, owner)) is None:
            await add_user(owner)
        return await add_key(database, settings, owner, scopes or ["account:read"])

    return key_of


async def status_of_me(client: AsyncClient) -> int:
    """Whether the account lets it in."""
    return (await client.get("/api/v1/users/me")).status_code
