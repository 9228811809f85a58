"""How many API keys somebody may have."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys import service
from app.auth.api_keys.models import ApiKey
from app.auth.policy import POLICY
from app.db import Database, utc_now
from app.users import User
from tests.auth.own_keys.conftest import make_key
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp

KEYS = "/api/v1/api-keys"


async def test_nobody_has_more_than_fifty(alice: AsyncClient, database: Database) -> None:
    """Expired ones do not count."""
    await make_key(alice)

    async def add(session: AsyncSession) -> None:
        owner = await session.scalar(select(User.id))
        common: dict[str, Any] = {"owner_id": owner, "name": "x", "key_hash": "x", "scopes": []}
        later, before = utc_now() + timedelta(days=1), utc_now() - timedelta(days=1)
        session.add_all(ApiKey(expires_at=later, **common) for _ in range(48))
        session.add_all(ApiKey(expires_at=before, **common) for _ in range(5))

    await database.run(add)
    fiftieth = await make_key(alice)

    answers = [
        await alice.post(KEYS, json={"name": "one more", "scopes": ["account:read"]}),
        await alice.post(f"{KEYS}/{fiftieth['id']}/rotation", json={}),
    ]
    assert [(409, "too_many_api_keys")] * 2 == [(one.status_code, one.json()["code"]) for one in answers]


async def test_nor_by_asking_at_the_same_time(
    make_app: MakeApp, login: Login, committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who makes a key, holds the account; the others wait."""
    monkeypatch.setattr(service, "POLICY", replace(POLICY, api_keys_per_user=2))
    alice = await login("alice@example.com", app=make_app(database=committed))

    body = {"name": "x", "scopes": ["account:read"]}
    answers = await asyncio.gather(*(alice.post(KEYS, json=body) for _ in range(4)))

    assert [201, 201, 409, 409] == sorted(answer.status_code for answer in answers)
