"""Every query on invoices is served by an index, however many invoices there are."""

import pytest
from httpx2 import AsyncClient

from app.db import Database
from app.features.invoices.models import InvoiceStatus
from app.features.invoices.schemas import InvoiceSort
from tests.features.invoices.drafts import INVOICES, at, create
from tests.fixtures.query_plans import SlowQueries


@pytest.fixture
def database(full_database: Database) -> Database:
    """Alice has invoices, and so have many others."""
    return full_database


async def test_pages(alice: AsyncClient, slow_queries: SlowQueries) -> None:
    """In every order, with and without a filter, at the beginning and behind a cursor."""
    with slow_queries() as slow:
        for sort in InvoiceSort:
            for status in ({}, *({"status": status} for status in InvoiceStatus)):
                first = await alice.get(INVOICES, params={"sort": sort, "limit": 2, **status})
                assert 2 == len((await alice.get(first.links["next"]["url"])).json()["items"])

    assert [] == slow


async def test_the_summary(alice: AsyncClient, slow_queries: SlowQueries) -> None:
    """It reads the invoices of one user."""
    with slow_queries() as slow:
        assert [] != (await alice.get(f"{INVOICES}/summary")).json()

    assert [] == slow


async def test_one_invoice(alice: AsyncClient, slow_queries: SlowQueries) -> None:
    """Made, read, changed, sent and deleted."""
    with slow_queries() as slow:
        paths = [at(await create(alice, number=number)) for number in ("A-1", "A-2")]
        answers = [
            await alice.get(paths[0]),
            await alice.patch(paths[0], json={"amount_cents": 5}, headers={"If-Match": '"1"'}),
            await alice.post(f"{paths[0]}/send", headers={"If-Match": '"2"'}),
            await alice.delete(paths[1], headers={"If-Match": '"1"'}),
        ]

    assert [200, 200, 200, 204] == [answer.status_code for answer in answers]
    assert [] == slow
