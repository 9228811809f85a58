"""Accounts of programs."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.db import Database, new_id
from app.users import User
from tests.auth.conftest import Program, status_of_me
from tests.auth.service_accounts.conftest import SERVICES, issue, open_service
from tests.fixtures.accounts import AddUser
from tests.fixtures.mails import SentMails
from tests.fixtures.trail import AuditTrail

USERS, ME = "/api/v1/users", "/api/v1/users/me"


async def test_a_service_account_is_opened(
    admin: AsyncClient, database: Database, sent_mails: SentMails
) -> None:
    """It has a role, an address that no mail reaches (RFC 2606), and no password; nobody is written to."""
    answer = await admin.post(SERVICES, json={"name": "nightly-export"})

    account = answer.json()
    assert (201, f"{SERVICES}/{account['id']}") == (answer.status_code, answer.headers["location"])
    assert ("nightly-export@services.invalid", "user", None) == (
        account["email"],
        account["role"],
        account["disabled_at"],
    )
    assert account == (await admin.get(answer.headers["location"])).json()
    row = await database.run(lambda session: session.get(User, UUID(account["id"])))
    assert row is not None
    assert (True, None, None) == (row.is_service, row.password_hash, row.email_verified_at)
    assert [] == await sent_mails()


async def test_they_are_listed_page_by_page(admin: AsyncClient, add_user: AddUser) -> None:
    """The newest first, and no person among them."""
    await add_user("ann@example.com")
    for name in ("a", "b", "c"):
        await open_service(admin, name)

    first = (await admin.get(SERVICES, params={"limit": 2})).json()
    second = (await admin.get(SERVICES, params={"cursor": first["next_cursor"]})).json()

    shown = [account["email"].partition("@")[0] for page in (first, second) for account in page["items"]]
    assert (["c", "b", "a"], None) == (shown, second["next_cursor"])


async def test_a_name_is_given_once(admin: AsyncClient) -> None:
    """The program that has it keeps its account."""
    await open_service(admin)

    again = await admin.post(SERVICES, json={"name": "nightly-export"})

    assert (409, "service_exists") == (again.status_code, again.json()["code"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Nightly Export"},
        {"name": "ann@example.com"},
        {"name": "x" * 51},
        {"name": "export", "role": "root"},
        {"name": "export", "email": "ann@example.com"},
        {"name": "export", "is_service": False},
        {"name": "export", "password": "correct horse battery"},
    ],
    ids=str,
)
async def test_what_does_not_fit_is_refused(admin: AsyncClient, body: dict[str, Any]) -> None:
    """No account is made."""
    assert 422 == (await admin.post(SERVICES, json=body)).status_code
    assert [] == (await admin.get(SERVICES)).json()["items"]


async def test_what_is_done_is_in_the_audit_trail(admin: AsyncClient, audit_trail: AuditTrail) -> None:
    """Who did it, and to which account."""
    me = (await admin.get(ME)).json()["id"]
    path = await open_service(admin, role="admin")
    key = await issue(admin, path)
    new = (await admin.post(f"{path}/api-keys/{key['id']}/rotation", json={})).json()
    await admin.delete(f"{path}/api-keys/{new['id']}")

    owner = path.rpartition("/")[2]
    events = [event for event in await audit_trail() if event.action.startswith(("user.", "api_key."))]
    assert {me} == {str(event.actor_id) for event in events}
    assert [
        ("user.created", owner, {"role": "admin"}),
        ("api_key.created", key["id"], {"scopes": ["account:read"], "owner": owner}),
        ("api_key.rotated", key["id"], {"successor": new["id"], "owner": owner}),
        ("api_key.revoked", new["id"], {"owner": owner}),
    ] == [(event.action, event.resource_id, event.details) for event in events]


async def test_disabled_its_keys_die_at_once(admin: AsyncClient, program: Program) -> None:
    """Enabled again it needs a new one; disabled it gets none."""
    path = await open_service(admin)
    user, client = path.replace(SERVICES, USERS), program((await issue(admin, path))["key"])
    before = await status_of_me(client)

    await admin.patch(user, json={"disabled": True})
    refused = await admin.post(f"{path}/api-keys", json={"name": "x", "scopes": ["account:read"]})
    disabled = await status_of_me(client)
    await admin.patch(user, json={"disabled": False})

    assert (200, 401, 401) == (before, disabled, await status_of_me(client))
    assert (409, "account_disabled") == (refused.status_code, refused.json()["code"])
    assert 200 == await status_of_me(program((await issue(admin, path))["key"]))


async def test_the_account_of_a_person_is_none(admin: AsyncClient, add_user: AddUser) -> None:
    """No administrator makes or sees keys of somebody who logs in: as of an id that nobody has."""
    ann = await add_user("ann@example.com")
    key = {"name": "x", "scopes": ["account:read"]}

    for account_id in (ann.id, new_id()):
        path = f"{SERVICES}/{account_id}"
        answers = [
            await admin.get(path),
            await admin.get(f"{path}/api-keys"),
            await admin.post(f"{path}/api-keys", json=key),
        ]
        assert [(404, "not_found")] * 3 == [(one.status_code, one.json()["code"]) for one in answers]


async def test_a_program_can_administer(admin: AsyncClient, program: Program, add_user: AddUser) -> None:
    """And the last administrator stays, a program or not."""
    path = await open_service(admin, role="admin")
    client = program((await issue(admin, path, "users:write", "account:read"))["key"])
    other = (await add_user("ann@example.com")).id
    person = f"{USERS}/{(await admin.get(ME)).json()['id']}"

    answers = [
        await client.patch(f"{USERS}/{other}", json={"disabled": True}),
        await client.patch(person, json={"role": "user"}),
        await client.patch(path.replace(SERVICES, USERS), json={"disabled": True}),
    ]

    assert [200, 200, 409] == [answer.status_code for answer in answers]
    assert "last_admin" == answers[-1].json()["code"]
