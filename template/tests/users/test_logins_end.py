"""What administrators do to accounts ends logins."""

from httpx2 import AsyncClient

from app.db import Database, utc_now
from tests.fixtures.accounts import Login, change_user
from tests.fixtures.passwords import PASSWORD

USERS, ME, ALICE = "/api/v1/users", "/api/v1/users/me", "alice@example.com"


async def path_of(client: AsyncClient) -> str:
    return f"{USERS}/{(await client.get(ME)).json()['id']}"


async def enter(client: AsyncClient, email: str) -> int:
    body = {"email": email, "password": PASSWORD}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


async def test_another_role_is_another_login(admin: AsyncClient, alice: AsyncClient, login: Login) -> None:
    """What was opened by a user never turns into an administrator's login (ASVS 5.0 7.2.4), nor back."""
    path, codes = await path_of(alice), []

    for role in ("admin", "user"):
        assert role == (await admin.patch(path, json={"role": role})).json()["role"]
        codes.append((await alice.get(ME)).status_code)
        alice = await login(ALICE)
        codes.append((await alice.get(USERS)).status_code)

    assert [401, 200, 401, 403] == codes


async def test_a_disabled_account_is_out_everywhere_at_once(
    admin: AsyncClient, login: Login, client: AsyncClient, bob: AsyncClient
) -> None:
    """Each login, though its credential has not run out; nobody else's."""
    devices = [await login(ALICE), await login(ALICE)]

    disabled = await admin.patch(await path_of(devices[0]), json={"disabled": True})

    assert (200, True) == (disabled.status_code, disabled.json()["disabled_at"] is not None)
    assert [401, 401, 200] == [(await device.get(ME)).status_code for device in (*devices, bob)]
    assert 401 == await enter(client, ALICE)


async def test_enabled_again_it_needs_a_new_login(
    admin: AsyncClient, alice: AsyncClient, client: AsyncClient
) -> None:
    """What ended does not revive."""
    path = await path_of(alice)
    await admin.patch(path, json={"disabled": True})

    enabled = await admin.patch(path, json={"disabled": False})

    assert (200, None) == (enabled.status_code, enabled.json()["disabled_at"])
    assert 401 == (await alice.get(ME)).status_code
    assert 200 == await enter(client, ALICE)


async def test_a_login_opened_while_disabled_does_not_revive_either(
    admin: AsyncClient, alice: AsyncClient, database: Database
) -> None:
    """Its password was being checked when the account was disabled: its row came a moment later."""
    path = await path_of(alice)
    await change_user(database, ALICE, disabled_at=utc_now())  # her login stays open

    await admin.patch(path, json={"disabled": False})

    assert 401 == (await alice.get(ME)).status_code
