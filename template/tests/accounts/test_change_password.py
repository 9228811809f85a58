"""A new password for somebody who knows the old one."""

import pytest
from httpx2 import AsyncClient, Response

from app.db import Database
from tests.fixtures.accounts import Login, change_user
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

ALICE, ME = "alice@example.com", "/api/v1/users/me"
NEW = "staple battery horse"


async def change(client: AsyncClient, current: str = PASSWORD, new: str = NEW) -> Response:
    body = {"current_password": current, "new_password": new}
    return await client.post("/api/v1/auth/password", json=body)


async def log_in(client: AsyncClient, password: str) -> int:
    body = {"email": ALICE, "password": password}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


async def test_the_new_password_counts(alice: AsyncClient, client: AsyncClient) -> None:
    """And the old one no more."""
    assert 204 == (await change(alice)).status_code
    assert [200, 401] == [await log_in(client, password) for password in (NEW, PASSWORD)]


async def test_all_other_logins_end(alice: AsyncClient, bob: AsyncClient, login: Login) -> None:
    """This one stays, and so do everybody else's."""
    other_device = await login(ALICE)

    await change(alice)

    clients = (alice, other_device, bob)
    assert [200, 401, 200] == [(await client.get(ME)).status_code for client in clients]


async def test_without_the_old_password_nothing_changes(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail
) -> None:
    """An open login is not enough; that it was tried is written down."""
    response = await change(alice, current="a wrong password")

    assert (403, "wrong_password") == (response.status_code, response.json()["code"])
    assert 200 == await log_in(client, PASSWORD)
    assert [] == await sent_mails()
    [event] = await audit_trail("reauthentication")
    assert ("refused", {"reason": "password"}) == (event.result, event.details)


async def test_the_owner_is_told(alice: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail) -> None:
    """By mail, without the password; and it is in the audit trail."""
    await change(alice)

    [mail] = await sent_mails()
    assert (ALICE, "Your password was changed") == (mail.to, mail.subject)
    assert NEW not in mail.text + mail.html
    [event] = await audit_trail("password.changed")
    assert "done" == event.result
    assert NEW not in str(event.details)


async def test_a_user_without_a_password_has_none_to_prove(alice: AsyncClient, database: Database) -> None:
    """Such a one sets it by way of the mail."""
    await change_user(database, ALICE, password_hash=None)

    assert 403 == (await change(alice)).status_code


async def test_nobody_changes_it_without_a_login(client: AsyncClient) -> None:
    """Whatever the body says."""
    assert 401 == (await change(client)).status_code


@pytest.mark.parametrize("new", ["x" * 14, "passwordpassword", "x" * 257])
async def test_a_new_password_that_does_not_do_is_refused(
    alice: AsyncClient, client: AsyncClient, new: str
) -> None:
    """With its place; the old one stays."""
    response = await change(alice, new=new)

    assert (422, "/body/new_password") == (response.status_code, response.json()["errors"][0]["pointer"])
    assert 200 == await log_in(client, PASSWORD)
