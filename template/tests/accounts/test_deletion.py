"""Deleting an account."""

from httpx2 import AsyncClient

from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD, delete_account
from tests.fixtures.trail import AuditTrail

ME = "/api/v1/users/me"


async def test_the_owner_is_told(alice: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail) -> None:
    """By a last mail; the audit trail keeps that it was done."""
    await delete_account(alice)

    [mail] = await sent_mails()
    assert ("alice@example.com", "Your account was deleted") == (mail.to, mail.subject)
    [event] = await audit_trail("user.deleted")
    assert ("done", "user") == (event.result, event.resource_type)


async def test_without_the_password_it_stays(
    alice: AsyncClient, sent_mails: SentMails, audit_trail: AuditTrail
) -> None:
    """An open login is not enough to destroy everything."""
    response = await alice.post(f"{ME}/deletion", json={"current_password": "a wrong password"})

    assert (403, "wrong_password") == (response.status_code, response.json()["code"])
    assert 200 == (await alice.get(ME)).status_code
    assert [] == await sent_mails()
    [event] = await audit_trail("reauthentication")
    assert "refused" == event.result


async def test_the_address_is_free_again(
    alice: AsyncClient, client: AsyncClient, sent_mails: SentMails
) -> None:
    """It can be registered anew."""
    await delete_account(alice)
    await client.post("/api/v1/auth/register", json={"email": "alice@example.com", "password": PASSWORD})

    assert "Confirm your email address" == (await sent_mails())[-1].subject


async def test_a_deleted_account_is_gone(alice: AsyncClient) -> None:
    """With its logins: the client is nobody now."""
    read = await alice.get(ME)

    deleted = await delete_account(alice, **{"If-Match": read.headers["etag"]})

    assert (204, b"") == (deleted.status_code, deleted.content)
    assert 401 == (await alice.get(ME)).status_code


async def test_an_account_that_was_changed_meanwhile_stays(alice: AsyncClient) -> None:
    """By the same user on another device: what they saw last is not what would go."""
    read = await alice.get(ME)
    await alice.patch(ME, json={"name": "Alice"})

    response = await delete_account(alice, **{"If-Match": read.headers["etag"]})

    assert (412, "precondition_failed") == (response.status_code, response.json()["code"])
    assert 200 == (await alice.get(ME)).status_code


async def test_the_last_administrators_account_stays(admin: AsyncClient) -> None:
    """It is not deleted by its owner either."""
    refused = await delete_account(admin)

    assert (409, "last_admin") == (refused.status_code, refused.json()["code"])
    assert 200 == (await admin.get(ME)).status_code
