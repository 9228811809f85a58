"""No query of an account with a password reads a whole table."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.links import LinkPurpose, create_link
from app.auth.policy import POLICY
from app.db import Database
from app.users import repository as users
from tests.fixtures.accounts import Login
from tests.fixtures.passwords import PASSWORD, delete_account
from tests.fixtures.query_plans import SlowQueries

AUTH, ADMIN = "/api/v1/auth", "2@example.com"


@pytest.fixture
def database(full_database: Database) -> Database:
    """Many users with logins, mails and keys."""
    return full_database


async def test_registration(client: AsyncClient, database: Database, slow_queries: SlowQueries) -> None:
    """From the form by way of the mail and its link to the login."""
    account = {"email": "carol@example.com", "password": PASSWORD}

    async def link(session: AsyncSession) -> str:
        carol = await users.ensure(session, account["email"])
        return await create_link(session, carol.id, LinkPurpose.VERIFY_EMAIL, POLICY.verification_lifetime)

    with slow_queries() as slow:
        answers = [await client.post(f"{AUTH}/register", json=account) for _ in range(2)]
        token = await database.run(link)
        answers.append(await client.post(f"{AUTH}/verify-email", json={"token": token}))
        answers.append(await client.post(f"{AUTH}/login", json=account))

    assert [202, 202, 204, 200] == [answer.status_code for answer in answers]
    assert [] == slow


async def test_a_login(client: AsyncClient, alice: AsyncClient, slow_queries: SlowQueries) -> None:
    """Opened, listed, ended; and known at every request in between."""
    account = {"email": "bob@example.com", "password": PASSWORD}
    with slow_queries() as slow:
        answers = [await client.post(f"{AUTH}/login", json=account)]
        answers.append(await alice.get(f"{AUTH}/sessions"))
        answers += [await alice.post(f"{AUTH}/{path}") for path in ("logout", "logout-all")]

    assert [200, 200, 204, 401] == [answer.status_code for answer in answers]
    assert [] == slow


@pytest.mark.parametrize("email", ["alice@example.com", ADMIN])
async def test_the_end(login: Login, slow_queries: SlowQueries, email: str) -> None:
    """Deleted with all it owns, while others administer."""
    client = await login(email)

    with slow_queries() as slow:
        deleted = await delete_account(client)

    assert 204 == deleted.status_code
    assert [] == slow
