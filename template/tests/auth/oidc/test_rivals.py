"""Two users whom the provider gives one address, at the same moment."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.users import User, repository
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.identity_provider import IdentityProvider

ME, ADA = "/api/v1/users/me", "ada@example.com"


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other when it looks: the worst moment there is."""
    by_email = repository.by_email

    async def look(session: AsyncSession, email: str) -> User | None:
        return None if email == ADA else await by_email(session, email)

    monkeypatch.setattr(repository, "by_email", look)


@pytest.mark.usefixtures("unseen")
async def test_one_of_two_has_the_address(
    make_app: MakeApp, connect: Connect, committed: Database, identity_provider: IdentityProvider
) -> None:
    """The other one is let in all the same, without it."""
    app = make_app(database=committed)

    async def enter(subject: str) -> AsyncClient:
        client = connect(app)
        token = identity_provider.access_token(subject, email=ADA, email_verified=True)
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    answers = await asyncio.gather(*[(await enter(subject)).get(ME) for subject in ("ada", "eve")])

    assert [200, 200] == [answer.status_code for answer in answers], [answer.text for answer in answers]
    emails = sorted(answer.json()["email"].partition("@")[2] for answer in answers)
    assert ["example.com", "identities.invalid"] == emails
