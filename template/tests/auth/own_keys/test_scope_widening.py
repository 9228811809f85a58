"""Getting more out of keys than their owner has, or gave them."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.auth.permissions import PERMISSIONS
from app.db import Database
from app.users import Role
from tests.auth.api_keys.attacks import ALICE, ME, USERS, ask, outcome
from tests.fixtures.accounts import Login, change_user

KEYS = "/api/v1/api-keys"


async def steal(owner: AsyncClient, *scopes: str) -> str:
    body = {"name": "prey", "scopes": list(scopes or ["account:read"])}
    return str((await owner.post(KEYS, json=body)).json()["key"])


async def id_of(owner: AsyncClient) -> str:
    return str((await owner.get(KEYS)).json()["items"][0]["id"])


async def test_a_reader_writes_nothing(alice: AsyncClient, client: AsyncClient) -> None:
    """Not under another method's name either."""
    key = await steal(alice)

    for method in ("POST", "PUT", "PATCH", "DELETE", "QUERY"):
        answer = await ask(client, key, method=method, json={"name": "Mallory"})
        assert answer.status_code in {403, 405}
    overridden = {b"Authorization": f"Bearer {key}".encode(), b"X-HTTP-Method-Override": b"PATCH"}
    await client.get(ME, headers=overridden)

    assert None is (await alice.get(ME)).json()["name"]


@pytest.mark.parametrize(
    "scope",
    [
        "users:read",
        "users:write",
        "audit:read",
        "nobody:knows",
        "*",
        "*:*",
        "users:*",
        "account:read users:write",
        "account:read,users:write",
        "Users:Write",
        "users:write\n",
        "users:write\0",
        "",
    ],
)
async def test_nobody_gives_a_key_more_than_they_have(alice: AsyncClient, scope: str) -> None:
    """Alone, or beside something that is theirs."""
    for scopes in ([scope], ["account:read", scope]):
        answer = await alice.post(KEYS, json={"name": "greedy", "scopes": scopes})
        assert 422 == answer.status_code

    assert [] == (await alice.get(KEYS)).json()["items"]


@pytest.mark.parametrize(
    "scopes", [[], None, {}, "account:read", ["account:read", None], [["account:read"]], {"users:write": 1}]
)
async def test_scopes_are_a_list_of_names(alice: AsyncClient, scopes: Any) -> None:
    """None of them is not all of them."""
    assert 422 == (await alice.post(KEYS, json={"name": "odd", "scopes": scopes})).status_code


@pytest.mark.parametrize(
    "extra",
    [
        {"role": "admin"},
        {"owner_id": "01a20786-02b5-7844-918d-d141f6669445"},
        {"id": "01a20786-02b5-7844-918d-d141f6669445"},
        {"key": "mine"},
        {"key_hash": "0" * 64},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00Z"},
        {"last_used_at": None},
        {"expires_in_days": 366},
        {"expires_in_days": 0},
        {"expires_in_days": -1},
        {"expires_in_days": 1e300},
        {"expires_in_days": None},
    ],
    ids=str,
)
async def test_only_name_scopes_and_days_are_chosen(alice: AsyncClient, extra: dict[str, Any]) -> None:
    """At birth and in rotation, where even the scopes are given."""
    await steal(alice)
    path = f"{KEYS}/{await id_of(alice)}/rotation"

    born = await alice.post(KEYS, json={"name": "x", "scopes": ["account:read"], **extra})
    rotated = await alice.post(path, json=extra)

    assert (422, 422) == (born.status_code, rotated.status_code)


async def test_a_key_is_never_widened(alice: AsyncClient, client: AsyncClient) -> None:
    """Neither by a change nor by rotation."""
    key = await steal(alice)
    path = f"{KEYS}/{await id_of(alice)}"
    wider = {"scopes": ["account:read", "users:write"], "name": "wider"}

    statuses = [
        (await alice.patch(path, json=wider)).status_code,
        (await alice.put(path, json=wider)).status_code,
        (await alice.post(f"{path}/rotation", json=wider)).status_code,
        (await alice.post(f"{path}/rotation?scopes=users:write", json={})).status_code,
    ]

    assert [405, 405, 422, 201] == statuses
    assert {("account:read",)} == {tuple(one["scopes"]) for one in (await alice.get(KEYS)).json()["items"]}
    assert 403 == (await ask(client, key, USERS)).status_code


async def test_a_key_is_no_more_than_its_owner(login: Login, client: AsyncClient, database: Database) -> None:
    """An administrator's key loses what its owner loses; and rotating it brings nothing back."""
    alice = await login(ALICE)
    await change_user(database, ALICE, role=Role.ADMIN)
    alice = await login(ALICE)
    powerful, mixed = await steal(alice, "users:read"), await steal(alice, "users:read", "account:read")
    assert 200 == (await ask(client, powerful, USERS)).status_code

    await change_user(database, ALICE, role=Role.USER)

    assert (403, "permission_denied") == outcome(await ask(client, powerful, USERS))
    assert (403, 200) == (
        (await ask(client, mixed, USERS)).status_code,
        (await ask(client, mixed)).status_code,
    )
    alice = await login(ALICE)
    by_scopes = {tuple(one["scopes"]): one["id"] for one in (await alice.get(KEYS)).json()["items"]}
    lost = await alice.post(f"{KEYS}/{by_scopes[('users:read',)]}/rotation", json={})
    rest = await alice.post(f"{KEYS}/{by_scopes[('account:read', 'users:read')]}/rotation", json={})
    assert (422, "scope_not_granted") == outcome(lost)
    assert ["account:read"] == rest.json()["scopes"]


async def test_anothers_key_does_not_exist(alice: AsyncClient, bob: AsyncClient, client: AsyncClient) -> None:
    """To read, to rotate, to revoke; and it is in nobody else's list."""
    key = await steal(alice)
    path = f"{KEYS}/{await id_of(alice)}"

    answers = [await bob.get(path), await bob.delete(path), await bob.post(f"{path}/rotation", json={})]

    assert [(404, "not_found")] * 3 == [outcome(answer) for answer in answers]
    assert [] == (await bob.get(KEYS)).json()["items"]
    assert 200 == (await ask(client, key)).status_code
    assert 1 == len((await alice.get(KEYS)).json()["items"])


async def test_a_key_manages_no_keys(alice: AsyncClient, client: AsyncClient) -> None:
    """Neither itself nor others: a stolen one would outlive its end."""
    key = await steal(alice, *sorted(name for name, one in PERMISSIONS.items() if Role.USER in one.roles))
    path = f"{KEYS}/{await id_of(alice)}"
    new = {"name": "heir", "scopes": ["account:read"]}

    answers = [
        await ask(client, key, KEYS, "POST", json=new),
        await ask(client, key, KEYS),
        await ask(client, key, path),
        await ask(client, key, f"{path}/rotation", "POST", json={}),
        await ask(client, key, path, "DELETE"),
    ]

    assert [(403, "permission_denied")] * 5 == [outcome(answer) for answer in answers]
    assert 200 == (await ask(client, key)).status_code
