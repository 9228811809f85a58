"""What is written down about logins."""

import pytest
from httpx2 import AsyncClient

from app.db import Database, utc_now
from tests.fixtures.accounts import AddUser, change_user
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

ALICE, ME, LOGIN = "alice@example.com", "/api/v1/users/me", "/api/v1/auth/login"


async def id_of(client: AsyncClient) -> str:
    return str((await client.get(ME)).json()["id"])


async def test_a_login(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """Whose it is, and which it is in their list of logins."""
    [session] = (await alice.get("/api/v1/auth/sessions")).json()["items"]

    [event] = await audit_trail("login")

    assert ("done", await id_of(alice)) == (event.result, str(event.actor_id))
    assert ("session", session["id"]) == (event.resource_type, event.resource_id)


@pytest.mark.parametrize(
    ("columns", "password", "reason"),
    [
        ({}, "a wrong password", "password"),
        ({"disabled_at": utc_now()}, "a wrong password", "password"),
        ({"disabled_at": utc_now()}, PASSWORD, "disabled"),
        ({"email_verified_at": None}, PASSWORD, "unverified"),
    ],
    ids=["wrong", "wrong of disabled", "disabled", "unverified"],
)
async def test_a_failed_login(
    client: AsyncClient,
    add_user: AddUser,
    database: Database,
    audit_trail: AuditTrail,
    columns: dict[str, object],
    password: str,
    reason: str,
) -> None:
    """In whose name, and why: the trail may know what the caller is not told."""
    user = await add_user(ALICE)
    await change_user(database, ALICE, **columns or {"name": "Alice"})

    await client.post(LOGIN, json={"email": ALICE, "password": password})

    [event] = await audit_trail("login")
    assert ("refused", user.id, str(user.id)) == (event.result, event.actor_id, event.resource_id)
    assert {"reason": reason} == event.details


async def test_a_failed_login_of_nobody(client: AsyncClient, audit_trail: AuditTrail) -> None:
    """What was typed is not kept: it can be a password in the wrong field."""
    await client.post(LOGIN, json={"email": "canary@example.com", "password": "canary of a password"})

    [event] = await audit_trail()
    assert ("login", "refused", None, None) == (
        event.action,
        event.result,
        event.actor_id,
        event.resource_id,
    )
    assert "127.0.0.1" == event.address
    assert "canary" not in str(vars(event))


@pytest.mark.parametrize(("path", "action"), [("/auth/logout", "logout"), ("/auth/logout-all", "logout.all")])
async def test_a_logout(alice: AsyncClient, audit_trail: AuditTrail, path: str, action: str) -> None:
    """Of this login, or of all."""
    me = await id_of(alice)

    await alice.post(f"/api/v1{path}")

    [event] = await audit_trail(action)
    assert ("done", me) == (event.result, str(event.actor_id))


async def test_the_end_of_one_login(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """On whatever device."""
    [session] = (await alice.get("/api/v1/auth/sessions")).json()["items"]

    await alice.delete(f"/api/v1/auth/sessions/{session['id']}")

    [event] = await audit_trail("session.ended")
    assert ("done", session["id"]) == (event.result, event.resource_id)


async def test_the_end_of_an_account(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """The trail outlives whom it tells of."""
    me = await id_of(alice)

    await alice.post(f"{ME}/deletion", json={"current_password": PASSWORD})

    [event] = await audit_trail("user.deleted")
    assert ("done", me, me) == (event.result, str(event.actor_id), event.resource_id)
