"""Where the secret of an app, or a code, must not be found: anywhere but in the one answer that gives it."""

import json
from base64 import b32decode
from io import StringIO

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import SecondFactor
from app.db import Base, Database
from app.logs import configure_logs
from app.settings import Settings, load
from app.users import repository as users
from tests.accounts.second_factor.attacker import (
    ALICE,
    FACTOR,
    MALLORY,
    PASSWORD,
    REFUSED,
    Victim,
    enrol,
    log_in,
    meaning,
)
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.logs import Logged
from tests.fixtures.mails import SentMails
from tests.rules.requests import NoStore


async def rows(database: Database) -> str:
    """All that stands in the database."""

    async def read(session: AsyncSession) -> list[str]:
        return [
            " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in row)
            for table in Base.metadata.sorted_tables
            for row in await session.execute(select(table))
        ]

    return "\n".join(await database.run(read))


def spellings(victim: Victim) -> list[str]:
    """What would give the account away, in every way it can be written down."""
    key = b32decode(victim.secret)
    texts = [victim.secret, victim.secret.lower(), key.hex(), str(key)]
    return texts + [code for one in victim.recovery_codes for code in (one, one.replace("-", ""))]


async def test_no_secret_is_anywhere(
    alice: AsyncClient,
    client: AsyncClient,
    database: Database,
    log_stream: StringIO,
    sent_mails: SentMails,
) -> None:
    """Not in a row, a log line, a mail or a later answer, whatever was done with it."""
    configure_logs(load(Settings, log_level="DEBUG"), log_stream)
    victim = await enrol(alice)
    answers = [await log_in(client, code) for code in (victim.code(), victim.recovery_codes[0], "123456")]
    body = {"current_password": PASSWORD, "code": victim.code(1)}
    answers += [await alice.get(FACTOR), await alice.get("/api/v1/users/me")]
    answers.append(await alice.post("/api/v1/auth/password", json={**body, "new_password": "short"}))

    mails = "".join(mail.text + mail.html for mail in await sent_mails())
    shown = "".join(answer.text for answer in answers)
    for text in spellings(victim):
        assert text not in await rows(database)
        assert text not in log_stream.getvalue()
        assert text not in mails
        assert text not in shown


async def test_the_contract_shows_no_secret(client: AsyncClient) -> None:
    """Each is marked as what it is, and has no example."""
    document = (await client.get("/openapi.json")).json()
    fields = document["components"]["schemas"]

    assert "password" == fields["Enrolment"]["properties"]["secret"]["format"]
    assert "password" == fields["Enrolment"]["properties"]["uri"]["format"]
    assert "password" == fields["RecoveryCodes"]["properties"]["recovery_codes"]["items"]["format"]
    assert "example" not in json.dumps([fields["Enrolment"], fields["RecoveryCodes"]])


async def test_a_row_copied_to_another_account_is_worth_nothing(
    alice: AsyncClient, client: AsyncClient, database: Database, login: Login, logged: Logged
) -> None:
    """Whoever can write the table, and has an account, does not get in by the own app."""
    victim, mallory = await enrol(alice), await enrol(await login(MALLORY), MALLORY)

    async def copy(session: AsyncSession) -> None:
        ids = [user.id for email in (ALICE, MALLORY) if (user := await users.by_email(session, email))]
        of = select(SecondFactor.sealed_secret).where(SecondFactor.user_id == ids[1])
        await session.execute(
            update(SecondFactor)
            .where(SecondFactor.user_id == ids[0])
            .values(sealed_secret=await session.scalar(of))
        )

    await database.run(copy)

    assert REFUSED == meaning(await log_in(client, mallory.code()))
    assert ["error"] == [line["level"] for line in logged("second_factor_unreadable")]
    assert (200, "") == meaning(await log_in(client, victim.recovery_codes[0]))


@pytest.fixture
def app_with_another_key(make_app: MakeApp) -> FastAPI:
    """The service after SECRET_KEY has changed."""
    app = make_app(secret_key="another-secret-key-of-more-than-32-bytes-8c1d")
    app.state.shared_store = NoStore()
    return app


async def test_under_another_key_the_app_is_worth_nothing(
    alice: AsyncClient, connect: Connect, app_with_another_key: FastAPI
) -> None:
    """The table alone, or a backup of it, makes no codes. Recovery codes go on."""
    victim, client = await enrol(alice), connect(app_with_another_key)

    answers = [meaning(await log_in(client, code)) for code in (victim.code(), victim.recovery_codes[0])]

    assert [REFUSED, (200, "")] == answers
