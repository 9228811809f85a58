"""Reading invoices: one, and page by page."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from tests.features.invoices.drafts import INVOICES, at, create

Invoice = dict[str, Any]
DUE = ["2026-05-02", "2026-05-01", "2026-05-03", "2026-05-01", "2026-05-02"]


@pytest.fixture
async def invoices(alice: AsyncClient) -> list[Invoice]:
    """Five, two pairs of which are due on the same day."""
    return [await create(alice, number=f"A-{n}", due_on=due) for n, due in enumerate(DUE)]


async def read_all(client: AsyncClient, **query: Any) -> list[list[str]]:
    """The numbers on each page, following `next_cursor` to the end."""
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        page = (await client.get(INVOICES, params={**query, **({"cursor": cursor} if cursor else {})})).json()
        pages.append([invoice["number"] for invoice in page["items"]])
        cursor = page["next_cursor"]
    return pages


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("created_at", lambda invoice: (invoice["created_at"], invoice["id"]), False),
        ("-created_at", lambda invoice: (invoice["created_at"], invoice["id"]), True),
        ("due_on", lambda invoice: (invoice["due_on"], invoice["id"]), False),
        ("-due_on", lambda invoice: (invoice["due_on"], invoice["id"]), True),
    ],
)
async def test_every_order_has_every_invoice_once(
    alice: AsyncClient, invoices: list[Invoice], sort: str, key: Callable[[Invoice], Any], reverse: bool
) -> None:
    """Over all pages, rows with the same value included."""
    ordered = [invoice["number"] for invoice in sorted(invoices, key=key, reverse=reverse)]

    pages = await read_all(alice, sort=sort, limit=2)

    assert [ordered[0:2], ordered[2:4], ordered[4:]] == pages


async def test_the_newest_come_first(alice: AsyncClient, invoices: list[Invoice]) -> None:
    """When no order is asked for."""
    assert [["A-4", "A-3", "A-2", "A-1", "A-0"]] == await read_all(alice)


async def test_only_those_in_one_state(alice: AsyncClient, invoices: list[Invoice]) -> None:
    """The filter holds over all pages."""
    for invoice in invoices[:3]:
        await alice.post(f"{at(invoice)}/send")

    sent = await read_all(alice, status="sent", sort="created_at", limit=2)
    drafts = await read_all(alice, status="draft", sort="created_at", limit=2)

    assert ([["A-0", "A-1"], ["A-2"]], [["A-3", "A-4"]]) == (sent, drafts)


async def test_the_link_header_leads_to_the_next_page(alice: AsyncClient, invoices: list[Invoice]) -> None:
    """It keeps what was asked for; the last page has none."""
    first = await alice.get(INVOICES, params={"sort": "created_at", "limit": 3})
    second = await alice.get(first.links["next"]["url"])

    assert ["A-3", "A-4"] == [invoice["number"] for invoice in second.json()["items"]]
    assert {} == second.links


async def test_a_page_shows_what_a_single_invoice_shows(alice: AsyncClient) -> None:
    """The same fields, so that a list needs no second request for each row."""
    invoice = await create(alice)

    assert {"items": [invoice], "next_cursor": None} == (await alice.get(INVOICES)).json()


async def test_a_cursor_belongs_to_its_order(alice: AsyncClient, invoices: list[Invoice]) -> None:
    """In another one it would skip and repeat rows."""
    page = (await alice.get(INVOICES, params={"sort": "due_on", "limit": 2})).json()

    response = await alice.get(INVOICES, params={"sort": "-due_on", "cursor": page["next_cursor"]})

    assert (422, "invalid_cursor") == (response.status_code, response.json()["code"])


@pytest.mark.parametrize("query", [{"sort": "amount_cents"}, {"status": "paid"}, {"limit": 101}])
async def test_an_unknown_order_or_state_is_refused(alice: AsyncClient, query: dict[str, Any]) -> None:
    """The refusal names the parameter."""
    response = await alice.get(INVOICES, params=query)

    assert (422, [f"/query/{name}" for name in query]) == (
        response.status_code,
        [error["pointer"] for error in response.json()["errors"]],
    )


async def test_one_invoice_has_its_version_as_etag(alice: AsyncClient) -> None:
    """A change can name it in If-Match."""
    invoice = await create(alice)

    assert '"1"' == (await alice.get(at(invoice))).headers["etag"]


async def test_there_is_no_such_invoice(alice: AsyncClient) -> None:
    """An unknown id is 404, a malformed one 422."""
    codes = [(await alice.get(f"{INVOICES}/{name}")).status_code for name in (uuid4(), "2026-001")]

    assert [404, 422] == codes
