"""Somebody can always administer: the last one stays."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.db import utc_now
from app.users import Role
from tests.fixtures.accounts import AddUser

USERS, ME = "/api/v1/users", "/api/v1/users/me"


async def path_of(client: AsyncClient) -> str:
    return f"{USERS}/{(await client.get(ME)).json()['id']}"


@pytest.mark.parametrize("changes", [{"role": "user"}, {"disabled": True}], ids=str)
async def test_the_last_administrator_stays(admin: AsyncClient, changes: dict[str, Any]) -> None:
    """Neither demoted nor disabled, and still logged in."""
    refused = await admin.patch(await path_of(admin), json=changes)

    assert (409, "last_admin") == (refused.status_code, refused.json()["code"])
    assert 200 == (await admin.get(USERS)).status_code


@pytest.mark.parametrize(
    "columns", [{"disabled_at": utc_now()}, {"email_verified_at": None}], ids=["disabled", "unconfirmed"]
)
async def test_an_administrator_who_cannot_log_in_does_not_count(
    admin: AsyncClient, add_user: AddUser, columns: dict[str, Any]
) -> None:
    """Who could let the others in again?"""
    await add_user("out@example.com", role=Role.ADMIN, **columns)

    assert 409 == (await admin.patch(await path_of(admin), json={"role": "user"})).status_code


async def test_with_another_one_an_administrator_may_go(admin: AsyncClient, add_user: AddUser) -> None:
    """By their own hand."""
    await add_user("other@example.com", role=Role.ADMIN)

    assert 200 == (await admin.patch(await path_of(admin), json={"role": "user"})).status_code
