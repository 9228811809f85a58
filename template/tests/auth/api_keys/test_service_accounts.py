"""Accounts of programs: nobody can take one over."""

import pytest

from app.auth.api_keys.schemas import ApiKeyCreate
from app.auth.api_keys.service_accounts import create_service
from app.db import Database
from app.settings import Settings
from app.users import Role
from tests.auth.api_keys.conftest import Program
from tests.fixtures.mails import SentMails

ADDRESS = "export@services.invalid"


@pytest.fixture
async def key(database: Database, settings: Settings) -> str:
    first = ApiKeyCreate(name="first", scopes={"account:read"})
    issued = await database.run(lambda session: create_service(session, settings, "export", Role.USER, first))
    return issued.key


@pytest.mark.usefixtures("key")
async def test_no_mail_is_sent_to_it(sent_mails: SentMails) -> None:
    """It would come back."""
    assert [] == await sent_mails()


async def test_its_key_is_all_it_has(key: str, program: Program) -> None:
    """It acts for the account, and opens nothing that wants a login."""
    client = program(key)

    assert ADDRESS == (await client.get("/api/v1/users/me")).json()["email"]
    assert 403 == (await client.get("/api/v1/api-keys")).status_code
