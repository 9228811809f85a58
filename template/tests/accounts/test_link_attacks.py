"""What an attacker tries with one-time links: again, elsewhere, too late, and to bend where they lead."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import OneTimeLink
from app.db import Database
from app.email.models import EmailMessage
from tests.fixtures import credentials
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import Serve
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD

AUTH, ALICE, NEW = "/api/v1/auth", "alice@example.com", "staple battery horse"
DOORS = {"verify_email": "verify-email", "reset_password": "reset-password", "confirm_email": "confirm-email"}
Stolen = Callable[[str], Awaitable[str]]


@pytest.fixture
def stolen(database: Database) -> Stolen:
    """The newest token for a purpose, out of a mail that was not sent yet."""

    async def read(session: AsyncSession) -> dict[str, str]:
        mails = await session.scalars(select(EmailMessage).order_by(EmailMessage.id))
        return {mail.template: mail.context["token"] for mail in mails if "token" in mail.context}

    async def newest(purpose: str) -> str:
        return (await database.run(read))[purpose]

    return newest


async def knock(client: AsyncClient, door: str, token: str, password: str = NEW) -> int:
    body = {"token": token} | ({"password": password} if door == "reset-password" else {})
    response = await client.post(f"{AUTH}/{door}", json=body)
    if response.status_code != 204:
        assert (400, "invalid_link") == (response.status_code, response.json()["code"])
    return response.status_code


async def ask_for_every_link(alice: AsyncClient, client: AsyncClient) -> None:
    body = {"email": "bob@example.com", "password": PASSWORD}
    await client.post(f"{AUTH}/register", json=body)
    await client.post(f"{AUTH}/forgot-password", json={"email": ALICE})
    await alice.post(f"{AUTH}/email", json={"email": "alice@new.example", "current_password": PASSWORD})


@pytest.mark.parametrize("purpose", DOORS)
async def test_a_link_is_good_once(
    alice: AsyncClient, client: AsyncClient, stolen: Stolen, purpose: str
) -> None:
    """Whoever finds it in a mailbox or a history comes too late."""
    await ask_for_every_link(alice, client)
    token = await stolen(purpose)

    assert [204, 400] == [await knock(client, DOORS[purpose], token) for _ in range(2)]


@pytest.mark.parametrize("purpose", DOORS)
async def test_a_link_is_good_for_its_purpose(
    alice: AsyncClient, client: AsyncClient, stolen: Stolen, purpose: str
) -> None:
    """The token of another door is refused, and not used up by it."""
    await ask_for_every_link(alice, client)
    token = await stolen(purpose)

    others = [door for door in DOORS.values() if door != DOORS[purpose]]
    assert [400, 400] == [await knock(client, door, token) for door in others]
    assert 204 == await knock(client, DOORS[purpose], token)


@pytest.mark.parametrize("token", ["x" * 43, "null", "0", " ", "%00", "' OR 1=1 --", "é" * 43])
@pytest.mark.parametrize("door", DOORS.values())
async def test_a_guessed_token_is_refused(client: AsyncClient, door: str, token: str) -> None:
    """In the same words as an old one."""
    assert 400 == await knock(client, door, token)


async def test_the_hash_in_the_database_is_no_token(
    alice: AsyncClient, client: AsyncClient, database: Database
) -> None:
    """Whoever has read the table cannot use it."""
    await ask_for_every_link(alice, client)
    hashes = await database.run(lambda session: session.scalars(select(OneTimeLink.token_hash)))

    assert [400] * 3 == [await knock(client, "reset-password", value) for value in hashes]


async def test_the_last_reset_link_counts(alice: AsyncClient, client: AsyncClient, stolen: Stolen) -> None:
    """An older one is replaced by it."""
    await ask_for_every_link(alice, client)
    older = await stolen("reset_password")
    await ask_for_every_link(alice, client)

    newer = await stolen("reset_password")
    assert [400, 204] == [await knock(client, "reset-password", token) for token in (older, newer)]


@pytest.mark.parametrize("purpose", ["reset_password", "confirm_email"])
@pytest.mark.parametrize("way", ["change", "reset"])
async def test_a_new_password_ends_every_link(
    alice: AsyncClient, client: AsyncClient, stolen: Stolen, purpose: str, way: str
) -> None:
    """What a thief had asked for is worthless once the owner has acted."""
    await ask_for_every_link(alice, client)
    token = await stolen(purpose)
    if way == "change":
        body = {"current_password": PASSWORD, "new_password": "battery horse staple"}
        assert 204 == (await alice.post(f"{AUTH}/password", json=body)).status_code
    else:
        assert 204 == await knock(client, "reset-password", await stolen("reset_password"))

    assert 400 == await knock(client, DOORS[purpose], token, "the password of a thief")


async def test_a_new_address_ends_the_links_to_the_old_one(
    alice: AsyncClient, client: AsyncClient, stolen: Stolen
) -> None:
    """Whoever reads the old mailbox cannot take the account back."""
    await ask_for_every_link(alice, client)
    reset = await stolen("reset_password")
    assert 204 == await knock(client, "confirm-email", await stolen("confirm_email"))

    assert 400 == await knock(client, "reset-password", reset)


async def test_of_many_at_once_one_is_used(serve: Serve, add_user: AddUser, committed: Database) -> None:
    """The token sets one password, not several."""
    await add_user(ALICE, database=committed)
    client = serve(database=committed)
    await client.post(f"{AUTH}/forgot-password", json={"email": ALICE})

    async def read(session: AsyncSession) -> str:
        mail = (await session.scalars(select(EmailMessage))).one()
        return str(mail.context["token"])

    token = await committed.run(read)
    codes = await asyncio.gather(
        *(knock(client, "reset-password", token, f"the password number {number}") for number in range(4))
    )
    assert [204, 400, 400, 400] == sorted(codes)


@pytest.mark.parametrize("frontend_url", ["https://app.example.com", ""])
@pytest.mark.parametrize(
    "header",
    [
        "Host",
        "X-Forwarded-Host",
        "X-Host",
        "X-Forwarded-Server",
        "Forwarded",
        "Origin",
        "Referer",
        "X-Original-URL",
    ],
)
async def test_no_header_changes_where_a_link_leads(
    serve: Serve, add_user: AddUser, sent_mails: SentMails, header: str, frontend_url: str
) -> None:
    """Links are built from settings alone: a poisoned one would carry the token to the attacker."""
    value = {
        "Forwarded": "host=evil.example",
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/",
    }
    poison = {header: value.get(header, "evil.example")}
    await add_user(ALICE)
    client = serve(frontend_url=frontend_url, allowed_hosts="*", trusted_proxies="127.0.0.1")
    credentials.present(
        client, await client.post(f"{AUTH}/login", json={"email": ALICE, "password": PASSWORD})
    )
    change = {"email": "alice@new.example", "current_password": PASSWORD}
    register = {"email": "carol@example.com", "password": PASSWORD}

    answers = [
        await client.post(f"{AUTH}/forgot-password", json={"email": ALICE}, headers=poison),
        await client.post(f"{AUTH}/forgot-password", json={"email": "nobody@example.com"}, headers=poison),
        await client.post(f"{AUTH}/register", json=register, headers=poison),
        await client.post(f"{AUTH}/email", json=change, headers=poison),
    ]

    mails = await sent_mails()
    accepted = [answer for answer in answers if answer.status_code == 202]
    assert len(mails) == 5 if len(accepted) == 4 else header == "Origin"  # which a cookie's style refuses
    assert "evil" not in json.dumps([mail.subject + mail.text + mail.html for mail in mails])


@pytest.mark.parametrize("extra", [{"email": "bob@example.com"}, {"user_id": "1"}, {"role": "admin"}])
async def test_nothing_can_be_slipped_in(
    alice: AsyncClient, client: AsyncClient, stolen: Stolen, extra: dict[str, str]
) -> None:
    """The token says whose password it is; the rest is refused."""
    await ask_for_every_link(alice, client)
    body = {"token": await stolen("reset_password"), "password": NEW, **extra}

    assert 422 == (await client.post(f"{AUTH}/reset-password", json=body)).status_code
