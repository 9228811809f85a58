"""The keys of a service account, in the hands of an administrator."""

from datetime import datetime, timedelta
from uuid import UUID

import time_machine
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys.models import ApiKey
from app.db import Database, utc_now
from tests.auth.conftest import Program, status_of_me
from tests.auth.service_accounts.conftest import issue, open_service


async def test_a_key_is_shown_once(admin: AsyncClient, program: Program) -> None:
    """It acts for the program; afterwards its beginning tells which one it is."""
    path = await open_service(admin)
    answer = await admin.post(
        f"{path}/api-keys", json={"name": "first", "scopes": ["account:read"], "expires_in_days": 7}
    )
    key = answer.json()
    location = answer.headers["location"]

    used = await program(key["key"]).get("/api/v1/users/me")
    listed, read = (await admin.get(f"{path}/api-keys")).json()["items"], (await admin.get(location)).json()

    secret = key.pop("key")
    assert (201, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert f"{path}/api-keys/{key['id']}" == location
    assert "nightly-export@services.invalid" == used.json()["email"]
    assert [key | {"last_used_at": read["last_used_at"]}] == listed == [read]
    assert secret.startswith(f"{key['beginning']}_")
    assert datetime.fromisoformat(key["expires_at"]) - utc_now() < timedelta(days=7)
    assert read["last_used_at"] is not None


async def test_no_answer_with_a_key_is_kept(admin: AsyncClient) -> None:
    """The same request again makes another key: the first one stands nowhere."""
    path = await open_service(admin)
    body, headers = {"name": "x", "scopes": ["account:read"]}, {"Idempotency-Key": "one"}

    answers = [await admin.post(f"{path}/api-keys", json=body, headers=headers) for _ in range(2)]

    assert 2 == len({answer.json()["key"] for answer in answers})


async def test_a_rotated_key_leaves_time_to_change_over(admin: AsyncClient, program: Program) -> None:
    """Both are good for a day, then the new one alone. It has the name and the scopes of the old one."""
    path = await open_service(admin)
    old = await issue(admin, path, "account:read", "account:write")

    answer = await admin.post(f"{path}/api-keys/{old['id']}/rotation", json={"expires_in_days": 30})

    new = answer.json()
    assert (201, f"{path}/api-keys/{new['id']}") == (answer.status_code, answer.headers["location"])
    assert (old["name"], old["scopes"]) == (new["name"], new["scopes"])
    clients = [program(key["key"]) for key in (old, new)]
    assert [200, 200] == [await status_of_me(client) for client in clients]
    with time_machine.travel(utc_now() + timedelta(hours=25)):
        assert [401, 200] == [await status_of_me(client) for client in clients]


async def test_a_revoked_key_is_worthless_at_once(admin: AsyncClient, program: Program) -> None:
    """And gone; another one goes on."""
    path = await open_service(admin)
    key, other = await issue(admin, path), await issue(admin, path)

    revoked = await admin.delete(f"{path}/api-keys/{key['id']}")

    assert 204 == revoked.status_code
    assert (401, 200) == (await status_of_me(program(key["key"])), await status_of_me(program(other["key"])))
    assert 404 == (await admin.get(f"{path}/api-keys/{key['id']}")).status_code


async def test_no_account_has_more_than_fifty(admin: AsyncClient, database: Database) -> None:
    """As any user."""
    path = await open_service(admin)
    owner = UUID(path.rpartition("/")[2])

    async def add(session: AsyncSession) -> None:
        end = utc_now() + timedelta(days=1)
        session.add_all(
            ApiKey(owner_id=owner, name="x", key_hash="x", scopes=[], expires_at=end) for _ in range(50)
        )

    await database.run(add)

    answer = await admin.post(f"{path}/api-keys", json={"name": "x", "scopes": ["account:read"]})

    assert (409, "too_many_api_keys") == (answer.status_code, answer.json()["code"])
