"""Getting more out of service accounts than one has. Nothing here is shared with the tests of what works."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.auth.permissions import PERMISSIONS
from app.auth.principal import Principal
from app.auth.service_accounts.schemas import ServiceAccountCreate
from app.auth.service_accounts.service import RoleNotGranted, ServiceAccounts
from app.db import Database, new_id
from app.settings import Settings
from app.users import Role
from tests.auth.conftest import NewKey
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Connect, MakeApp

SERVICES, USERS, ME = "/api/v1/service-accounts", "/api/v1/users", "/api/v1/users/me"
ROOT = "root@example.com"
MANAGE = ("service_accounts:read", "service_accounts:write")
BODY = {"name": "loot", "scopes": ["account:read"]}
DENIED = (403, "permission_denied")


@pytest.fixture
async def root(add_user: AddUser) -> None:
    """An administrator, whose key has not every scope."""
    await add_user(ROOT, role=Role.ADMIN)


async def ask(client: AsyncClient, key: str, path: str, body: Any = None, **options: Any) -> Response:
    method = options.pop("method", "GET" if body is None else "POST")
    headers = {"Authorization": f"Bearer {key}"}
    return await client.request(method, path, json=body, headers=headers, **options)


async def account(client: AsyncClient, key: str, name: str = "target", role: str = "user") -> str:
    made = await ask(client, key, SERVICES, {"name": name, "role": role})
    return f"{SERVICES}/{made.json()['id']}"


def outcome(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.usefixtures("root")
async def test_no_key_gives_a_scope_it_has_not(client: AsyncClient, new_key: NewKey) -> None:
    """Though its owner's role has it, and whatever the role of the new account."""
    _, manager = await new_key(*MANAGE, "account:read", owner=ROOT)
    target = await account(client, manager, role="admin")

    for scope in sorted(PERMISSIONS.keys() - {*MANAGE, "account:read"}):
        answer = await ask(
            client, manager, f"{target}/api-keys", {"name": "x", "scopes": ["account:read", scope]}
        )
        assert (422, "scope_not_granted") == outcome(answer), scope

    assert [] == (await ask(client, manager, f"{target}/api-keys")).json()["items"]


@pytest.mark.usefixtures("root")
async def test_no_key_gets_at_more_by_rotating(client: AsyncClient, new_key: NewKey) -> None:
    """The answer holds the new key: of an account that may more, whoever asks would become that account."""
    (_, master), (_, manager) = [await new_key(*more, *MANAGE, owner=ROOT) for more in (["users:write"], [])]
    target = await account(client, master, role="admin")
    key = (await ask(client, master, f"{target}/api-keys", {"name": "x", "scopes": ["users:write"]})).json()

    stolen = await ask(client, manager, f"{target}/api-keys/{key['id']}/rotation", {})
    rotated = await ask(client, master, f"{target}/api-keys/{key['id']}/rotation", {})

    assert (422, "scope_not_granted") == outcome(stolen)
    assert ["users:write"] == rotated.json()["scopes"]


@pytest.mark.usefixtures("root")
async def test_no_key_outgrows_the_role_of_its_account(client: AsyncClient, new_key: NewKey) -> None:
    """A user's account gets no scope of administrators; and rotation brings nothing back."""
    _, master = await new_key(*PERMISSIONS, owner=ROOT)
    user, admin = await account(client, master), await account(client, master, "other", "admin")
    scopes = {"name": "x", "scopes": ["users:read", "account:read"]}

    refused = await ask(client, master, f"{user}/api-keys", scopes)
    key = (await ask(client, master, f"{admin}/api-keys", scopes)).json()
    await ask(client, master, admin.replace(SERVICES, USERS), {"role": "user"}, method="PATCH")

    assert (422, "scope_not_granted") == outcome(refused)
    assert DENIED == outcome(await ask(client, key["key"], USERS))
    rotated = await ask(client, master, f"{admin}/api-keys/{key['id']}/rotation", {})
    assert ["account:read"] == rotated.json()["scopes"]


async def test_nobody_gives_a_role_they_have_not(database: Database, settings: Settings) -> None:
    """Not even where somebody has given the permission to everybody."""
    mallory = Principal(new_id(), "mallory@example.com", Role.USER)
    new = ServiceAccountCreate(name="heir", role=Role.ADMIN)

    with pytest.raises(RoleNotGranted):
        await database.run(lambda session: ServiceAccounts(session, settings, mallory).create(new))


@pytest.mark.parametrize("scopes", [["account:read"], ["service_accounts:read", "users:write"]], ids=str)
@pytest.mark.usefixtures("root")
async def test_nobody_manages_without_the_scope(
    client: AsyncClient, new_key: NewKey, scopes: list[str]
) -> None:
    """An administrator's key, too: neither accounts nor keys, its own included."""
    _, master = await new_key(*PERMISSIONS, owner=ROOT)
    target = await account(client, master, role="admin")
    key = (await ask(client, master, f"{target}/api-keys", {"name": "x", "scopes": scopes})).json()
    keys = f"{target}/api-keys"

    answers = [
        await ask(client, key["key"], SERVICES, {"name": "heir"}),
        await ask(client, key["key"], keys, BODY),
        await ask(client, key["key"], f"{keys}/{key['id']}/rotation", {}),
        await ask(client, key["key"], f"{keys}/{key['id']}", method="DELETE"),
    ]

    assert [DENIED] * 4 == [outcome(answer) for answer in answers]
    assert 1 == len((await ask(client, master, keys)).json()["items"])


async def test_no_user_gets_there(alice: AsyncClient, client: AsyncClient) -> None:
    """Nor anybody without a key, whether or not there is such an account."""
    for path in (SERVICES, f"{SERVICES}/{new_id()}", f"{SERVICES}/{new_id()}/api-keys"):
        assert DENIED == outcome(await alice.get(path))
        assert (401, "unauthorized") == outcome(await client.get(path))
    assert DENIED == outcome(await alice.post(SERVICES, json={"name": "mine", "role": "admin"}))


@pytest.mark.usefixtures("root")
async def test_a_key_is_reached_through_its_own_account_alone(client: AsyncClient, new_key: NewKey) -> None:
    """Another account's path is no way around, nor is the path of a person who has a key."""
    own_id, master = await new_key(*PERMISSIONS, owner=ROOT)
    first, second = await account(client, master), await account(client, master, "second")
    key = (await ask(client, master, f"{first}/api-keys", BODY)).json()
    root = (await ask(client, master, ME)).json()["id"]

    for path in (f"{second}/api-keys/{key['id']}", f"{SERVICES}/{root}/api-keys/{own_id}"):
        answers = [
            await ask(client, master, path),
            await ask(client, master, path, method="DELETE"),
            await ask(client, master, f"{path}/rotation", {}),
        ]
        assert [(404, "not_found")] * 3 == [outcome(answer) for answer in answers]
    assert [200, 200] == [(await ask(client, one, ME)).status_code for one in (key["key"], master)]


@pytest.mark.usefixtures("root")
async def test_a_program_does_not_take_anothers_name(client: AsyncClient, new_key: NewKey) -> None:
    """A key for the wrong program is not made by mistake: what is listed is the address, which stays."""
    _, master = await new_key(*PERMISSIONS, owner=ROOT)
    target = await account(client, master)
    rights = {"name": "x", "scopes": ["account:write"]}
    key = (await ask(client, master, f"{target}/api-keys", rights)).json()["key"]

    renamed = await ask(client, key, ME, {"name": "directory-sync"}, method="PATCH")

    assert 200 == renamed.status_code
    assert "directory-sync" not in (await ask(client, master, target)).text


@pytest.mark.usefixtures("root")
async def test_a_key_in_a_url_or_cookie_manages_nothing(client: AsyncClient, new_key: NewKey) -> None:
    """It is nobody's there."""
    _, master = await new_key(*PERMISSIONS, owner=ROOT)

    ways: list[dict[str, Any]] = [
        {"params": {"api_key": master}},
        {"headers": {"Cookie": f"api_key={master}"}},
    ]
    for options in ways:
        assert (401, "unauthorized") == outcome(await client.get(SERVICES, **options))
        assert (401, "unauthorized") == outcome(await client.post(SERVICES, json={"name": "x"}, **options))


async def test_guessing_is_counted_for_the_address(
    make_app: MakeApp, connect: Connect, new_key: NewKey
) -> None:
    """Each guess another key; whoever has a right one goes on from another address."""
    app: FastAPI = make_app(rate_limit="3/hour")
    _, key = await new_key()
    guesser, neighbour = connect(app, "192.0.2.1"), connect(app, "192.0.2.2")
    guesses = [key[:-20] + f"{number:020}" for number in range(5)]

    codes = [(await ask(guesser, guess, ME)).status_code for guess in guesses]

    assert [401, 401, 401, 429, 429] == codes
    assert 200 == (await ask(neighbour, key, ME)).status_code
