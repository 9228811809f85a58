"""Two administrators who delete their own accounts at the same time: one stays."""

import asyncio

import pytest
from httpx2 import AsyncClient

from app.db import Database
from tests.fixtures.passwords import delete_account
from tests.users.rivals import left


@pytest.mark.usefixtures("met")
async def test_who_delete_themselves(rivals: list[AsyncClient], committed: Database) -> None:
    """Each was not the last one when they asked."""
    answers = await asyncio.gather(*map(delete_account, rivals))

    assert 1 == await left(committed)
    assert [204, 409] == sorted(answer.status_code for answer in answers)
