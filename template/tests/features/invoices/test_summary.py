"""Counts and sums."""

from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import Principal
from app.db import Database
from app.features.invoices.schemas import InvoiceCreate
from app.features.invoices.service import InvoiceService
from app.users import Role
from tests.features.invoices.drafts import DRAFT, INVOICES, at, create
from tests.fixtures.logs import Logged

SUMMARY = f"{INVOICES}/summary"


async def test_it_counts_and_adds_up(alice: AsyncClient) -> None:
    """By state and currency: cents of different currencies are never added."""
    for number, cents, currency in (("1", 100, "EUR"), ("2", 250, "EUR"), ("3", 1, "CHF"), ("4", 7, "EUR")):
        invoice = await create(alice, number=number, amount_cents=cents, currency=currency)
    await alice.post(f"{at(invoice)}/send")

    rows = (await alice.get(SUMMARY)).json()

    assert [
        {"status": "draft", "currency": "CHF", "count": 1, "amount_cents": 1},
        {"status": "draft", "currency": "EUR", "count": 2, "amount_cents": 350},
        {"status": "sent", "currency": "EUR", "count": 1, "amount_cents": 7},
    ] == rows


async def test_it_is_kept_for_the_next_call(alice: AsyncClient, logged: Logged) -> None:
    """The second call makes one query less: the one that adds up."""
    first, second = [await alice.get(SUMMARY) for _ in range(2)]

    queries = [line["db_queries"] for line in logged("request")[-2:]]
    assert queries[0] - 1 == queries[1]
    assert first.json() == second.json()


@pytest.mark.parametrize("write", ["create", "update", "delete", "send"])
async def test_it_is_made_anew_after_a_change(alice: AsyncClient, write: str) -> None:
    """Whoever changes something sees it at once."""
    path = at(await create(alice, amount_cents=100))
    before = (await alice.get(SUMMARY)).json()

    if write == "create":
        await create(alice, number="2026-002")
    elif write == "update":
        await alice.patch(path, json={"amount_cents": 200})
    elif write == "delete":
        await alice.delete(path)
    else:
        await alice.post(f"{path}/send")

    assert before != (await alice.get(SUMMARY)).json()


async def test_it_is_kept_when_a_change_is_rolled_back(
    alice: AsyncClient, app: FastAPI, database: Database, logged: Logged
) -> None:
    """Nothing has changed, so nothing needs to be counted again."""
    me = (await alice.get("/api/v1/users/me")).json()
    current = Principal(UUID(me["id"]), me["email"], Role.USER)
    before = (await alice.get(SUMMARY)).json()

    async def work(session: AsyncSession) -> None:
        cache = app.state.shared_store.cache
        await InvoiceService(session, current, cache).create(InvoiceCreate.model_validate(DRAFT))
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(work)
    after = (await alice.get(SUMMARY)).json()

    queries = [line["db_queries"] for line in logged("request") if line["path"] == SUMMARY]
    assert queries[0] - 1 == queries[1]
    assert before == after


async def test_everybody_has_their_own(alice: AsyncClient, bob: AsyncClient) -> None:
    """Nobody gets what was counted for somebody else."""
    await create(alice)
    await alice.get(SUMMARY)

    assert [] == (await bob.get(SUMMARY)).json()
