"""Two administrators who remove each other, or themselves, at the same time: one stays."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.db import Database
from tests.fixtures.trail import AuditTrail
from tests.users.rivals import left, path_of


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("changes", [{"role": "user"}, {"disabled": True}], ids=str)
async def test_who_remove_each_other(
    rivals: list[AsyncClient], committed: Database, audit_trail: AuditTrail, changes: dict[str, Any]
) -> None:
    """The second one finds that the right to it is gone."""
    first, second = rivals
    targets = [await path_of(second), await path_of(first)]

    answers = await asyncio.gather(
        *(client.patch(path, json=changes) for client, path in zip(rivals, targets, strict=True))
    )

    assert 1 == await left(committed)
    codes = sorted(answer.status_code for answer in answers)
    assert 200 == codes[0]
    assert codes[1] in {401, 403}, [answer.text for answer in answers]
    [event] = await audit_trail(
        "user.disabled" if "disabled" in changes else "user.role_changed", database=committed
    )
    assert "done" == event.result


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("changes", [{"role": "user"}, {"disabled": True}], ids=str)
async def test_who_remove_themselves(
    rivals: list[AsyncClient], committed: Database, changes: dict[str, Any]
) -> None:
    """Each was not the last one when they asked."""
    paths = [await path_of(client) for client in rivals]

    answers = await asyncio.gather(
        *(client.patch(path, json=changes) for client, path in zip(rivals, paths, strict=True))
    )

    assert 1 == await left(committed)
    assert [200, 409] == sorted(answer.status_code for answer in answers)
