"""An invoice belongs to the user who made it."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete

from app.db import Database
from app.users import User
from tests.features.invoices.drafts import INVOICES, at, create
from tests.fixtures.mails import SentMails


@pytest.mark.parametrize(
    ("method", "action", "body"),
    [("GET", "", None), ("PATCH", "", {"notes": "mine"}), ("DELETE", "", None), ("POST", "/send", None)],
)
async def test_somebody_elses_invoice_does_not_exist(
    alice: AsyncClient,
    bob: AsyncClient,
    sent_mails: SentMails,
    method: str,
    action: str,
    body: dict[str, str] | None,
) -> None:
    """404, as for an id that never was; and nothing happens to it."""
    invoice = await create(alice)

    response = await bob.request(method, at(invoice) + action, json=body)

    assert (404, "not_found") == (response.status_code, response.json()["code"])
    assert invoice == (await alice.get(at(invoice))).json()
    assert [] == await sent_mails()


async def test_a_list_has_only_ones_own(alice: AsyncClient, bob: AsyncClient) -> None:
    """Also behind a cursor that somebody else was given."""
    for number in ("A-1", "A-2"):
        await create(alice, number=number)
    await create(bob, number="B-1")
    cursor = (await alice.get(INVOICES, params={"limit": 1})).json()["next_cursor"]

    whole, behind = [(await bob.get(INVOICES, params=query)).json() for query in ({}, {"cursor": cursor})]

    assert ["B-1"] == [invoice["number"] for invoice in whole["items"]]
    assert [] == behind["items"]


async def test_invoices_go_with_the_account(alice: AsyncClient, bob: AsyncClient, database: Database) -> None:
    """Deleting an account leaves nothing behind, and everybody else's as they were."""
    await create(alice)
    hers = await create(bob)

    hers_go = delete(User).where(User.email == "alice@example.com")
    await database.run(lambda session: session.execute(hers_go))

    assert [hers] == (await bob.get(INVOICES)).json()["items"]
