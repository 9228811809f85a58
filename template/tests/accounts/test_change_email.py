"""A new address: confirmed at the new one, told to the old one."""

from datetime import timedelta

import pytest
import time_machine
from httpx2 import AsyncClient, Response

from app.db import Database, utc_now
from tests.accounts.links import token_in
from tests.fixtures.accounts import AddUser, change_user
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

ALICE, NEW, ME = "alice@example.com", "alice@new.example", "/api/v1/users/me"


async def change(client: AsyncClient, email: str = NEW, password: str = PASSWORD) -> Response:
    body = {"email": email, "current_password": password}
    return await client.post("/api/v1/auth/email", json=body)


async def confirm(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/v1/auth/confirm-email", json={"token": token})


async def log_in(client: AsyncClient, email: str) -> int:
    body = {"email": email, "password": PASSWORD}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


async def address_of(client: AsyncClient) -> str:
    return str((await client.get(ME)).json()["email"])


async def test_confirmed_at_the_new_address_it_counts(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails
) -> None:
    """Not before; then the old one opens nothing."""
    assert 202 == (await change(alice)).status_code
    link, _ = await sent_mails()
    before = await address_of(alice)

    assert 204 == (await confirm(client, token_in(link))).status_code

    assert [ALICE, NEW] == [before, await address_of(alice)]
    assert [200, 401] == [await log_in(client, email) for email in (NEW, ALICE)]


async def test_both_addresses_are_told(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail
) -> None:
    """The old one when it is asked for, and both when it is done; the audit trail knows both steps."""
    await change(alice)
    await confirm(client, token_in((await sent_mails())[0]))

    assert [
        (NEW, "Confirm your new email address"),
        (ALICE, "Your account may get another email address"),
        (ALICE, "The email address of your account was changed"),
        (NEW, "The email address of your account was changed"),
    ] == [(mail.to, mail.subject) for mail in await sent_mails()]
    assert token_in((await sent_mails())[0]) not in "".join(mail.text for mail in (await sent_mails())[1:])
    for action in ("email.change_requested", "email.changed"):
        [event] = await audit_trail(action)
        assert "done" == event.result


async def test_without_the_password_nothing_happens(alice: AsyncClient, sent_mails: SentMails) -> None:
    """An open login is not enough to take an account away."""
    response = await change(alice, password="a wrong password")

    assert (403, "wrong_password") == (response.status_code, response.json()["code"])
    assert [] == await sent_mails()


async def test_the_owner_of_a_taken_address_learns_it_by_mail(
    alice: AsyncClient, add_user: AddUser, sent_mails: SentMails
) -> None:
    """And nobody else does."""
    await add_user(NEW)

    response = await change(alice)

    assert 202 == response.status_code
    told, notice = await sent_mails()
    assert [(NEW, "You already have an account"), (ALICE, "Your account may get another email address")] == [
        (mail.to, mail.subject) for mail in (told, notice)
    ]
    assert "token" not in told.text + told.html


async def test_an_address_that_was_taken_meanwhile_is_not_given(
    alice: AsyncClient, client: AsyncClient, add_user: AddUser, sent_mails: SentMails
) -> None:
    """The link fails as any invalid one."""
    await change(alice)
    await add_user(NEW)

    response = await confirm(client, token_in((await sent_mails())[0]))

    assert (400, "invalid_link") == (response.status_code, response.json()["code"])
    assert ALICE == await address_of(alice)


async def test_nobody_keeps_an_address_by_registering_it(
    alice: AsyncClient, client: AsyncClient, add_user: AddUser, sent_mails: SentMails
) -> None:
    """An account that was never confirmed makes room for whoever reads the mail of its address."""
    await add_user(NEW, email_verified_at=None)
    await change(alice)

    assert 204 == (await confirm(client, token_in((await sent_mails())[0]))).status_code
    assert NEW == await address_of(alice)


@pytest.mark.parametrize(("minutes", "status"), [(59, 204), (61, 400)])
async def test_a_link_is_good_for_an_hour(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails, minutes: int, status: int
) -> None:
    """Afterwards it is as good as none."""
    await change(alice)
    link, _ = await sent_mails()

    with time_machine.travel(utc_now() + timedelta(minutes=minutes)):
        assert status == (await confirm(client, token_in(link))).status_code


async def test_the_last_request_counts(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails
) -> None:
    """The link of the one before is worthless."""
    await change(alice, "first@new.example")
    await change(alice, "second@new.example")
    first, _, second, _ = await sent_mails()

    assert [400, 204] == [(await confirm(client, token_in(mail))).status_code for mail in (first, second)]
    assert "second@new.example" == await address_of(alice)


async def test_a_user_without_a_password_has_none_to_prove(alice: AsyncClient, database: Database) -> None:
    """Such a one sets it by way of the mail first."""
    await change_user(database, ALICE, password_hash=None)

    assert 403 == (await change(alice)).status_code
