"""Rotating API keys: a new one in time, the old one for a while."""

from datetime import datetime, timedelta

import time_machine
from httpx2 import AsyncClient

from app.db import utc_now
from tests.auth.conftest import Program, status_of_me
from tests.auth.own_keys.conftest import days_of, make_key

KEYS = "/api/v1/api-keys"


async def test_a_rotated_key_leaves_time_to_change_over(alice: AsyncClient, program: Program) -> None:
    """Both are good for a day, then the new one alone. It has the name and the scopes of the old one."""
    old = await make_key(alice, "account:read", "parcels:read")

    answer = await alice.post(f"{KEYS}/{old['id']}/rotation", json={"expires_in_days": 30})

    new = answer.json()
    assert (201, f"{KEYS}/{new['id']}") == (answer.status_code, answer.headers["location"])
    assert [(old["name"], old["scopes"])] == [(new["name"], new["scopes"])]
    assert (True, 30) == (old["key"] != new["key"], days_of(new))
    clients = [program(key["key"]) for key in (old, new)]
    assert [200, 200] == [await status_of_me(client) for client in clients]
    with time_machine.travel(utc_now() + timedelta(hours=25)):
        assert [401, 200] == [await status_of_me(client) for client in clients]


async def test_rotation_prolongs_nothing(alice: AsyncClient) -> None:
    """An old key that ends sooner than a rotated one would, ends when it was to end."""
    key = await make_key(alice, expires_in_days=1)
    end = datetime.fromisoformat(key["expires_at"])

    with time_machine.travel(utc_now() + timedelta(minutes=10)):
        await alice.post(f"{KEYS}/{key['id']}/rotation", json={})

    ended = (await alice.get(f"{KEYS}/{key['id']}")).json()["expires_at"]
    assert end == datetime.fromisoformat(ended)
