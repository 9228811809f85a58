"""Who must have a second factor: until they have, they can add it, and hardly anything else."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.accounts.second_factor import endpoints
from app.auth import second_factor
from app.auth.policy import POLICY
from app.db import Database
from app.users import Role
from tests.accounts.second_factor.attacker import ALICE, FACTOR, PASSWORD, enrol, log_in, meaning
from tests.fixtures import credentials
from tests.fixtures.accounts import AddUser, Login, change_user
from tests.rules.operations import Operation, operations_of
from tests.rules.requests import send

API = "/api/v1"
MISSING = (403, "second_factor_missing")
OPEN = {
    f"GET {API}/users/me",
    f"GET {FACTOR}",
    f"POST {FACTOR}",
    f"POST {FACTOR}/confirmation",
    f"POST {API}/auth/logout",
    f"POST {API}/auth/logout-all",
}


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    """Administrators must."""
    policy = replace(POLICY, second_factor_required_for=frozenset({Role.ADMIN}))
    monkeypatch.setattr(second_factor, "POLICY", policy)
    monkeypatch.setattr(endpoints, "POLICY", policy)


def closed(app: FastAPI) -> list[Operation]:
    """Every operation that needs a login, but those that are to stay open."""
    return [
        one
        for one in operations_of(app)
        if one.path.startswith(API) and not one.is_marked("public") and f"{one.method} {one.path}" not in OPEN
    ]


async def test_without_one_every_other_route_is_closed(app: FastAPI, admin: AsyncClient) -> None:
    """Whatever else would be wrong with the request."""
    operations = closed(app)
    assert len(operations) > 10

    answers = {str(one): await send(admin, one) for one in operations}

    assert {} == {name: one.text for name, one in answers.items() if MISSING != meaning(one)}


async def test_what_stays_open_leads_to_one(admin: AsyncClient) -> None:
    """And then to everything."""
    assert True is (await admin.get(FACTOR)).json()["required"]
    assert 200 == (await admin.get(f"{API}/users/me")).status_code
    assert MISSING == meaning(await admin.get(f"{API}/users"))

    await enrol(admin)

    assert 200 == (await admin.get(f"{API}/users")).status_code


async def test_begun_is_not_added(admin: AsyncClient) -> None:
    """Only a confirmed one counts."""
    assert 200 == (await admin.post(FACTOR, json={"current_password": PASSWORD})).status_code

    assert MISSING == meaning(await admin.get(f"{API}/users"))


async def test_removed_the_routes_close_again(admin: AsyncClient) -> None:
    """So it can be replaced, and not done without."""
    victim = await enrol(admin)
    body = {"current_password": PASSWORD, "code": victim.code()}
    removed = await admin.post(f"{FACTOR}/removal", json=body)
    credentials.present(admin, removed)

    assert MISSING == meaning(await admin.get(f"{API}/users"))


async def test_one_can_leave(admin: AsyncClient) -> None:
    """Logging out is always open."""
    assert 204 == (await admin.post(f"{API}/auth/logout")).status_code


async def test_others_may_do_without(alice: AsyncClient) -> None:
    """Whom the policy does not name."""
    assert False is (await alice.get(FACTOR)).json()["required"]
    assert 200 == (await alice.get(f"{API}/auth/sessions")).status_code


async def test_a_key_does_no_more_than_its_owner(
    alice: AsyncClient, client: AsyncClient, database: Database
) -> None:
    """Made before the policy was, or before its owner became an administrator."""
    new = {"name": "k", "scopes": ["account:read"]}
    key = (await alice.post(f"{API}/api-keys", json=new)).json()["key"]
    client.headers["Authorization"] = f"Bearer {key}"
    before = await client.patch(f"{API}/users/me", json={"name": "A"})
    await change_user(database, ALICE, role=Role.ADMIN)

    assert (403, "permission_denied") == meaning(before)
    assert MISSING == meaning(await client.patch(f"{API}/users/me", json={"name": "A"}))


async def test_a_program_has_no_password_to_add_a_factor_to(
    add_user: AddUser, login: Login, database: Database
) -> None:
    """Its account is asked for none."""
    await add_user(ALICE, role=Role.ADMIN)
    program = await login(ALICE)
    await change_user(database, ALICE, password_hash=None)

    assert 200 == (await program.get(f"{API}/users")).status_code


async def test_a_login_still_opens(client: AsyncClient, add_user: AddUser) -> None:
    """By the password alone: how else could a factor be added?"""
    await add_user(ALICE, role=Role.ADMIN)

    assert 200 == (await log_in(client)).status_code
