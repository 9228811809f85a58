"""Drafts for the tests of invoices."""

from typing import Any

from httpx2 import AsyncClient

INVOICES = "/api/v1/invoices"
DRAFT = {
    "number": "2026-001",
    "customer_name": "Ann & Co",
    "customer_email": "ann@customer.example",
    "amount_cents": 123_456,
}


async def create(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    """Make a draft of this client's user; what the API tells about it."""
    response = await client.post(INVOICES, json={**DRAFT, **fields})
    assert response.status_code == 201, response.text
    invoice: dict[str, Any] = response.json()
    return invoice


def at(invoice: dict[str, Any]) -> str:
    """The path of an invoice."""
    return f"{INVOICES}/{invoice['id']}"
