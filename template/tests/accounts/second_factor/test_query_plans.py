"""No query of the second factor reads a whole table."""

import pytest
from httpx2 import AsyncClient

from app.db import Database
from tests.accounts.second_factor.attacker import FACTOR, PASSWORD, enrol, log_in
from tests.fixtures.query_plans import SlowQueries


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users with second factors and recovery codes."""
    return full_database


async def test_from_the_first_code_to_the_removal(
    alice: AsyncClient, client: AsyncClient, slow_queries: SlowQueries
) -> None:
    """With logins by code and by recovery code in between."""
    with slow_queries() as slow:
        mine = await enrol(alice)
        answers = [await log_in(client, code) for code in (None, mine.code(), mine.recovery_codes[0])]
        answers.append(await alice.get(FACTOR))
        body = {"current_password": PASSWORD, "code": mine.recovery_codes[1]}
        answers.append(await alice.post(f"{FACTOR}/recovery-codes", json=body))
        body["code"] = answers[-1].json()["recovery_codes"][0]
        answers.append(await alice.post(f"{FACTOR}/removal", json=body))

    assert [401, 200, 200, 200, 200, 200] == [answer.status_code for answer in answers]
    assert [] == slow
