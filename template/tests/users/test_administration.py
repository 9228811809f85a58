"""Everybody's accounts, for administrators."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.db import new_id
from tests.fixtures.accounts import AddUser

USERS, ME, ALICE, ADMIN = "/api/v1/users", "/api/v1/users/me", "alice@example.com", "admin@example.com"


async def path_of(client: AsyncClient) -> str:
    return f"{USERS}/{(await client.get(ME)).json()['id']}"


async def test_every_account_is_listed_page_by_page(admin: AsyncClient, add_user: AddUser) -> None:
    """The newest first."""
    for name in ("a", "b", "c"):
        await add_user(f"{name}@example.com")

    first = (await admin.get(USERS, params={"limit": 3})).json()
    second = (await admin.get(USERS, params={"limit": 3, "cursor": first["next_cursor"]})).json()

    assert ["c@example.com", "b@example.com", "a@example.com"] == [user["email"] for user in first["items"]]
    assert ([ADMIN], None) == ([user["email"] for user in second["items"]], second["next_cursor"])


async def test_an_account_is_found_by_its_address(admin: AsyncClient, alice: AsyncClient) -> None:
    """However it is spelt; the whole address, so that none is guessed letter by letter."""
    found = [
        [user["email"] for user in (await admin.get(USERS, params={"email": guess})).json()["items"]]
        for guess in ("Alice@Example.com", "lice@example.com")
    ]

    assert [[ALICE], []] == found


async def test_an_account_shows_no_secret(admin: AsyncClient, alice: AsyncClient) -> None:
    """But whether its address is confirmed, and since when it is disabled."""
    response = await admin.get(await path_of(alice))

    account = response.json()
    assert (200, '"1"', ALICE) == (response.status_code, response.headers["etag"], account["email"])
    assert {"is_service", "email_verified_at", "disabled_at"} == set(account) - set(
        (await alice.get(ME)).json()
    )
    assert "argon2" not in response.text


async def test_an_unknown_account_is_not_found(admin: AsyncClient) -> None:
    """Neither read nor changed."""
    path = f"{USERS}/{new_id()}"

    answers = [await admin.get(path), await admin.patch(path, json={"disabled": True})]

    assert [404, 404] == [answer.status_code for answer in answers]


async def test_a_stale_version_is_refused(admin: AsyncClient, alice: AsyncClient) -> None:
    """The user, or another administrator, has changed the account meanwhile."""
    path = await path_of(alice)
    read = (await admin.get(path)).headers["etag"]
    await alice.patch(ME, json={"name": "Alice"})

    stale = await admin.patch(path, json={"disabled": True}, headers={"If-Match": read})
    fresh = await admin.patch(path, json={"disabled": True}, headers={"If-Match": stale.headers["etag"]})

    assert (412, 200, '"3"') == (stale.status_code, fresh.status_code, fresh.headers["etag"])


@pytest.mark.parametrize(
    "body",
    [
        {"role": "root"},
        {"role": None},
        {"disabled": None},
        {"email": "x@example.com"},
        {"email_verified_at": None},
        {"password_hash": "x"},
        {"disabled_at": "2026-01-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_nothing_else_can_be_changed(
    admin: AsyncClient, alice: AsyncClient, body: dict[str, Any]
) -> None:
    """An administrator gives nobody an address or a password."""
    assert 422 == (await admin.patch(await path_of(alice), json=body)).status_code


async def test_the_same_role_again_changes_nothing(admin: AsyncClient, alice: AsyncClient) -> None:
    """Neither the version nor the logins."""
    same = await admin.patch(await path_of(alice), json={"role": "user", "disabled": False})

    assert (200, '"1"') == (same.status_code, same.headers["etag"])
    assert 200 == (await alice.get(ME)).status_code
