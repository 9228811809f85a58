"""Opening an account and confirming its address."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from httpx2 import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import OneTimeLink
from app.db import Database, utc_now
from app.users import User
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Serve
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

ALICE = "alice@example.com"
WORD = "".join(f"{number:x}" for number in range(256))[:256]  # of the longest there may be, without a pattern


async def register(client: AsyncClient, email: str = ALICE, **fields: Any) -> Response:
    body = {"email": email, "password": PASSWORD, **fields}
    return await client.post("/api/v1/auth/register", json=body)


async def verify(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/v1/auth/verify-email", json={"token": token})


async def login(client: AsyncClient, password: str = PASSWORD) -> Response:
    return await client.post("/api/v1/auth/login", json={"email": ALICE, "password": password})


def token_in(text: str) -> str:
    [token] = re.findall(r"^[\w-]{43}$", text, re.MULTILINE)
    return str(token)


async def test_from_registration_to_login(client: AsyncClient, sent_mails: SentMails) -> None:
    """The mail holds the token that confirms the address; then the password opens the account."""
    assert 202 == (await register(client, name="Alice")).status_code
    [mail] = await sent_mails()
    assert 403 == (await login(client)).status_code
    assert 204 == (await verify(client, token_in(mail.text))).status_code
    assert 200 == (await login(client)).status_code


async def test_the_answer_does_not_tell_who_has_an_account(
    client: AsyncClient, add_user: AddUser, sent_mails: SentMails
) -> None:
    """An unknown, a known and an unconfirmed address get the same, byte for byte; each gets a mail."""
    await add_user("known@example.com")
    await add_user("unconfirmed@example.com", email_verified_at=None)

    addresses = ["unknown@example.com", "known@example.com", "unconfirmed@example.com"]
    answers = [await register(client, address) for address in addresses]

    assert {202} == {answer.status_code for answer in answers}
    assert 1 == len({answer.content for answer in answers})
    assert 1 == len({tuple(answer.headers) for answer in answers})
    assert addresses == [mail.to for mail in await sent_mails()]


async def test_the_mail_to_a_new_address(serve: Serve, sent_mails: SentMails) -> None:
    """It leads to the frontend; the token stands behind the # and so in nobody's log."""
    await register(serve(frontend_url="https://app.example.com"))

    [mail] = await sent_mails()
    token = re.findall("token=([^\\s]+)", mail.text)[0]
    link = f"https://app.example.com/verify-email#token={token}"
    assert ("Confirm your email address", ALICE) == (mail.subject, mail.to)
    assert link in mail.text
    assert f'href="{link}"' in mail.html
    assert "24 hours" in mail.text


async def test_the_mail_to_somebody_who_has_an_account(
    client: AsyncClient, add_user: AddUser, sent_mails: SentMails
) -> None:
    """It tells so, holds no token and changes nothing."""
    await add_user(ALICE)

    await register(client, password="another long password")

    [mail] = await sent_mails()
    assert "You already have an account" == mail.subject
    assert "token" not in mail.text + mail.html
    assert (200, 401) == (
        (await login(client)).status_code,
        (await login(client, "another long password")).status_code,
    )


async def test_until_confirmed_the_last_registration_counts(
    client: AsyncClient, sent_mails: SentMails
) -> None:
    """The address is still anybody's: the password chosen last holds, by the last link alone."""
    await register(client, password="the password of a stranger")
    await register(client)
    strangers, own = [token_in(mail.text) for mail in await sent_mails()]

    assert 400 == (await verify(client, strangers)).status_code
    assert 204 == (await verify(client, own)).status_code
    assert 401 == (await login(client, "the password of a stranger")).status_code
    assert 200 == (await login(client)).status_code


async def test_a_link_is_good_once(client: AsyncClient, sent_mails: SentMails) -> None:
    """Used, it is gone."""
    await register(client)
    [mail] = await sent_mails()

    codes = [(await verify(client, token_in(mail.text))).status_code for _ in range(2)]

    assert [204, 400] == codes


@pytest.mark.parametrize(("later", "status"), [(timedelta(hours=23), 204), (timedelta(hours=25), 400)])
async def test_a_link_is_good_for_a_day(
    client: AsyncClient, sent_mails: SentMails, later: timedelta, status: int
) -> None:
    """Afterwards it is as good as none."""
    await register(client)
    [mail] = await sent_mails()

    with time_machine.travel(utc_now() + later):
        assert status == (await verify(client, token_in(mail.text))).status_code


async def test_a_token_that_was_never_given_is_refused(client: AsyncClient) -> None:
    """In the same words as one that is too old."""
    response = await verify(client, "x" * 43)

    assert (400, "invalid_link") == (response.status_code, response.json()["code"])


async def test_the_database_knows_only_hashes(
    client: AsyncClient, database: Database, sent_mails: SentMails
) -> None:
    """Whoever reads it can use neither link nor password."""
    await register(client)
    [mail] = await sent_mails()

    async def read(session: AsyncSession) -> tuple[str | None, str | None]:
        return (
            await session.scalar(select(OneTimeLink.token_hash)),
            await session.scalar(select(User.password_hash)),
        )

    token_hash, password_hash = await database.run(read)
    assert token_in(mail.text) not in str(token_hash)
    assert str(password_hash).startswith("$argon2id$")


async def test_one_address_has_one_spelling(client: AsyncClient, sent_mails: SentMails) -> None:
    """Capital letters do not make a second account."""
    await register(client, "Alice@EXAMPLE.com")
    [mail] = await sent_mails()
    await verify(client, token_in(mail.text))

    assert ALICE == mail.to
    assert 200 == (await login(client)).status_code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "x" * 14),
        ("password", "x" * 257),
        ("email", "alice"),
        ("email", f"{'x' * 250}@example.com"),
        ("name", ""),
        ("name", "x" * 201),
        ("role", "admin"),
    ],
)
async def test_what_does_not_fit_is_refused(client: AsyncClient, field: str, value: str) -> None:
    """With the place; a role is nothing that can be asked for."""
    response = await register(client, **{"email": ALICE, field: value})

    assert (422, f"/body/{field}") == (response.status_code, response.json()["errors"][0]["pointer"])


@pytest.mark.parametrize("password", [WORD[:15], "пароль из слов ключ", "  spaces at both ends  ", WORD])
async def test_any_long_password_is_taken_as_it_is(
    client: AsyncClient, sent_mails: SentMails, password: str
) -> None:
    """No rule but the length (NIST SP 800-63B-4)."""
    await register(client, password=password)
    [mail] = await sent_mails()
    await verify(client, token_in(mail.text))

    assert 200 == (await login(client, password)).status_code


async def test_it_is_in_the_audit_trail(
    client: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail
) -> None:
    """Opened, confirmed, and asked for again."""
    await register(client)
    [mail] = await sent_mails()
    await verify(client, token_in(mail.text))
    await register(client)

    actions = [event.action for event in await audit_trail()]
    assert ["user.registered", "email.verified", "user.registered_again"] == actions


@pytest.mark.parametrize(
    "escalation",
    [
        {"role": "admin"},
        {"is_service": True},
        {"disabled_at": None},
        {"email_verified_at": "2026-01-01"},
    ],
    ids=lambda one: next(iter(one)),
)
async def test_nobody_registers_as_more_than_a_user(client: AsyncClient, escalation: dict[str, Any]) -> None:
    """An unknown field is an error, not a column."""
    account = {"email": "eve@example.com", "password": PASSWORD, **escalation}

    assert 422 == (await client.post("/api/v1/auth/register", json=account)).status_code
