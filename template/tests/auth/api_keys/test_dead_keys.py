"""Keys that were good once."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from httpx2 import AsyncClient
from sqlalchemy import delete, event

from app.auth.api_keys import identity
from app.auth.api_keys.issuer import ApiKeys
from app.auth.api_keys.models import ApiKey
from app.db import Database, utc_now
from app.settings import Settings
from tests.auth.api_keys.attacks import ALICE, MALLORY, ME, REFUSED, USERS, ask, outcome
from tests.auth.conftest import NewKey
from tests.fixtures.accounts import change_user


@pytest.fixture
def queries(database: Database) -> Iterator[list[str]]:
    """The tables of each query; savepoints are the tests' own."""
    seen: list[str] = []

    def look(_: Any, __: Any, query: str, *___: Any) -> None:
        if "SAVEPOINT" not in query:
            seen.append(" JOIN ".join(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", query)))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", look)
    yield seen
    event.remove(engine, "before_cursor_execute", look)


@pytest.mark.parametrize("place", ["unknown id", "wrong secret", "revoked", "expired", "disabled owner"])
async def test_whatever_is_wrong_costs_the_same_and_is_told_the_same(
    new_key: NewKey,
    client: AsyncClient,
    database: Database,
    settings: Settings,
    queries: list[str],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    """One query, one comparison in constant time, one answer."""
    key_id, key = await new_key()
    compared: list[tuple[str, str]] = []

    def compare(left: str, right: str) -> bool:
        compared.append((left, right))
        return hmac.compare_digest(left, right)

    monkeypatch.setattr(identity, "compare_digest", compare)
    later = timedelta(0)
    match place:
        case "unknown id":
            key = ApiKeys(settings).make(uuid4())
        case "wrong secret":
            key = ApiKeys(settings).make(key_id)
        case "revoked":
            gone = delete(ApiKey).where(ApiKey.id == key_id)
            await database.run(lambda session: session.execute(gone))
        case "expired":
            later = timedelta(days=91)
        case "disabled owner":
            await change_user(database, ALICE, disabled_at=utc_now())

    queries.clear()
    with time_machine.travel(utc_now() + later):
        answer = await ask(client, key)

    told = {name: value for name, value in answer.json().items() if name != "request_id"}
    assert REFUSED == outcome(answer)
    assert {
        "type": "/problems#invalid_credential",
        "title": "The credential is not valid any more",
        "status": 401,
        "detail": "The credential is not valid any more",
        "instance": ME,
        "code": "invalid_credential",
    } == told
    assert [hashlib.sha256(key.encode()).hexdigest()] == [presented for presented, _ in compared]
    assert ["api_keys JOIN users"] == queries


async def test_a_disabled_account_has_no_keys_any_more(
    admin: AsyncClient, client: AsyncClient, new_key: NewKey
) -> None:
    """Not even when it is enabled again."""
    _, key = await new_key(owner=MALLORY)
    [mallory] = (await admin.get(USERS, params={"email": MALLORY})).json()["items"]

    statuses = []
    for disabled in (True, False):
        change = await admin.patch(f"{USERS}/{mallory['id']}", json={"disabled": disabled})
        statuses += [change.status_code, (await ask(client, key)).status_code]

    assert [200, 401, 200, 401] == statuses
