"""A new password for somebody who has forgotten the old one."""

import re
from datetime import timedelta

import pytest
import time_machine
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from app.auth.models import OneTimeLink
from app.db import Database, utc_now
from tests.accounts.links import token_in
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.apps import Serve
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

ALICE, ME = "alice@example.com", "/api/v1/users/me"
NEW = "staple battery horse"


async def forgot(client: AsyncClient, email: str = ALICE) -> Response:
    return await client.post("/api/v1/auth/forgot-password", json={"email": email})


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    body = {"token": token, "password": password}
    return await client.post("/api/v1/auth/reset-password", json=body)


async def log_in(client: AsyncClient, password: str) -> int:
    body = {"email": ALICE, "password": password}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


@pytest.fixture
async def account(add_user: AddUser) -> None:
    await add_user(ALICE)


@pytest.mark.usefixtures("account")
async def test_from_the_mail_to_the_new_password(client: AsyncClient, sent_mails: SentMails) -> None:
    """The token in the mail sets it, and the old one counts no more."""
    assert 202 == (await forgot(client)).status_code
    [mail] = await sent_mails()

    response = await reset(client, token_in(mail))

    assert (204, b"") == (response.status_code, response.content)
    assert [200, 401] == [await log_in(client, password) for password in (NEW, PASSWORD)]


@pytest.mark.usefixtures("account")
async def test_it_logs_nobody_in(client: AsyncClient, sent_mails: SentMails) -> None:
    """Whoever reads the mail still has to log in."""
    await forgot(client)
    response = await reset(client, token_in((await sent_mails())[0]))

    assert "set-cookie" not in response.headers
    assert 401 == (await client.get(ME)).status_code


async def test_all_logins_end(alice: AsyncClient, client: AsyncClient, sent_mails: SentMails) -> None:
    """Whoever is in by the old password is out."""
    await forgot(client)
    await reset(client, token_in((await sent_mails())[0]))

    assert 401 == (await alice.get(ME)).status_code


@pytest.mark.usefixtures("account")
async def test_the_owner_is_told(client: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail) -> None:
    """By a second mail; both steps are in the audit trail."""
    await forgot(client)
    await reset(client, token_in((await sent_mails())[0]))

    assert ["Set a new password", "Your password was changed"] == [m.subject for m in await sent_mails()]
    for action in ("password.reset_requested", "password.reset"):
        [event] = await audit_trail(action)
        assert "done" == event.result


async def test_it_confirms_the_address(client: AsyncClient, add_user: AddUser, sent_mails: SentMails) -> None:
    """The mail has reached its reader: that is all a confirmation shows."""
    await add_user(ALICE, email_verified_at=None)
    await forgot(client)
    await reset(client, token_in((await sent_mails())[0]))

    assert 200 == await log_in(client, NEW)


async def test_an_address_without_an_account_is_told_so(client: AsyncClient, sent_mails: SentMails) -> None:
    """By mail alone, and without a token."""
    await forgot(client, "nobody@example.com")

    [mail] = await sent_mails()
    assert ("nobody@example.com", "You have no account yet") == (mail.to, mail.subject)
    assert "token" not in mail.text + mail.html


@pytest.mark.usefixtures("account")
async def test_the_mail_leads_to_the_frontend(serve: Serve, sent_mails: SentMails) -> None:
    """The token stands behind the # and so in nobody's log."""
    await forgot(serve(frontend_url="https://app.example.com"))

    [mail] = await sent_mails()
    [link] = re.findall(
        r"^https://app\.example\.com/reset-password#token=[\w-]{43}$", mail.text, re.MULTILINE
    )
    assert f'href="{link}"' in mail.html
    assert "1 hour:" in mail.text


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("minutes", "status"), [(59, 204), (61, 400)])
async def test_it_is_good_for_an_hour(
    client: AsyncClient, sent_mails: SentMails, minutes: int, status: int
) -> None:
    """Afterwards it is as good as none."""
    await forgot(client)
    [mail] = await sent_mails()

    with time_machine.travel(utc_now() + timedelta(minutes=minutes)):
        assert status == (await reset(client, token_in(mail))).status_code


@pytest.mark.usefixtures("account")
async def test_a_password_that_does_not_do_leaves_the_link_good(
    client: AsyncClient, sent_mails: SentMails
) -> None:
    """The next try may be better."""
    await forgot(client)
    token = token_in((await sent_mails())[0])

    refused = await reset(client, token, "alice@example.com")

    assert (422, "expected_password") == (refused.status_code, refused.json()["code"])
    assert 204 == (await reset(client, token)).status_code


@pytest.mark.usefixtures("account")
async def test_the_database_knows_only_the_hash(
    client: AsyncClient, database: Database, sent_mails: SentMails
) -> None:
    """Whoever reads it can set no password."""
    await forgot(client)
    token = token_in((await sent_mails())[0])

    stored = await database.run(lambda session: session.scalar(select(OneTimeLink.token_hash)))

    assert stored is not None
    assert token not in stored


@pytest.mark.usefixtures("account")
async def test_a_mailbox_is_not_flooded(client: AsyncClient, sent_mails: SentMails) -> None:
    """After a few mails the next ones have to wait; the answer does not tell."""
    answers = [await forgot(client) for _ in range(8)]

    assert {202} == {answer.status_code for answer in answers}
    assert 5 == len(await sent_mails())


@pytest.mark.usefixtures("account")
async def test_nobody_keeps_back_a_link_by_other_mails(client: AsyncClient, sent_mails: SentMails) -> None:
    """Registrations with the address have a limit of their own; a link that is asked for still comes."""
    for _ in range(8):
        await client.post("/api/v1/auth/register", json={"email": ALICE, "password": NEW})
    await forgot(client)

    assert "Set a new password" == (await sent_mails())[-1].subject


async def test_other_devices_logins_end_too(login: Login, client: AsyncClient, sent_mails: SentMails) -> None:
    """All of them, wherever they are."""
    devices = [await login(ALICE) for _ in range(3)]
    await forgot(client)
    await reset(client, token_in((await sent_mails())[0]))

    assert [401] * 3 == [(await device.get(ME)).status_code for device in devices]
