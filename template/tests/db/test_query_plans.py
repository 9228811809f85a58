"""No query of the platform reads a whole table; those of a feature are tried beside the feature."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import Select, func, select

from app.auth.models import LoginSession, OneTimeLink
from app.db import Database
from app.email import Email, send
from app.email.delivery import Delivery
from app.housekeeping import remove_expired
from app.users import User
from tests.fixtures.mails import GREETING, SENDER, Recorder
from tests.fixtures.query_plans import SlowQueries

ME = "/api/v1/users/me"


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users with logins, mails and keys."""
    return full_database


async def test_the_account(alice: AsyncClient, slow_queries: SlowQueries) -> None:
    """Changed under a key, by the same request again, and read."""
    with slow_queries() as slow:
        first, again = [
            await alice.patch(ME, json={"name": "Alice"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        answers = [first, again, await alice.get(ME)]

    assert [200, 200, 200] == [answer.status_code for answer in answers]
    assert "true" == again.headers["idempotent-replayed"]
    assert [] == slow


async def test_the_worker(database: Database, slow_queries: SlowQueries) -> None:
    """It looks for a mail to send, writes down what became of it, and removes what has expired."""
    mail = Email("carol@example.com", GREETING, {"url": ""})
    await database.run(lambda session: send(session, mail))

    with slow_queries() as slow:
        tried = [await Delivery(database, Recorder(), SENDER).deliver_due() for _ in range(2)]
        removed = await remove_expired(database)

    assert [1, 0] == tried
    assert removed > 3
    assert [] == slow


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (select(User.id).where(User.name == "Alice"), "reads all of users: SELECT"),
        (
            select(func.count()).select_from(LoginSession),
            "reads an index of login_sessions from end to end: SELECT",
        ),
        # `purpose` is the second column of its index.
        (
            select(OneTimeLink.user_id).where(OneTimeLink.purpose == "other"),
            "reads an index of one_time_links from end to end: SELECT",
        ),
        (
            select(LoginSession.id)
            .where(LoginSession.user_id == UUID(int=0))
            .order_by(LoginSession.last_used_at)
            .limit(5),
            "sorts what it finds: SELECT",
        ),
    ],
    ids=["table", "index", "second_column", "order"],
)
async def test_a_query_without_an_index_is_seen(
    database: Database, slow_queries: SlowQueries, query: Select[Any], complaint: str
) -> None:
    """Also where the database finds a way through an index that is as long."""
    with slow_queries() as slow:
        await database.run(lambda session: session.execute(query))

    assert [complaint] == [line[: len(complaint)] for line in slow]


async def test_a_small_table_may_be_read_whole(database: Database, slow_queries: SlowQueries) -> None:
    """A table of countries, for one, is named where it is read."""
    with slow_queries(small=("users",)) as slow:
        await database.run(lambda session: session.execute(select(User.id).where(User.name == "Alice")))

    assert [] == slow
