"""Making a draft."""

from datetime import date
from typing import Any

import pytest
import time_machine
from httpx2 import AsyncClient

from tests.features.invoices.drafts import DRAFT, INVOICES, at, create
from tests.fixtures.accounts import Login

KEY = {"Idempotency-Key": "7f2c"}


async def test_a_draft_is_made(alice: AsyncClient) -> None:
    """The answer tells all about it, where it is, and its version."""
    draft = {**DRAFT, "currency": "CHF", "notes": "Thank you.\nAnn", "due_on": "2026-12-24"}

    response = await alice.post(INVOICES, json=draft)

    invoice = response.json()
    made = {"id", "created_at", "updated_at"}
    assert {**draft, "status": "draft", "sent_at": None} == {
        k: v for k, v in invoice.items() if k not in made
    }
    assert (201, at(invoice), '"1"') == (
        response.status_code,
        response.headers["location"],
        response.headers["etag"],
    )
    assert invoice == (await alice.get(at(invoice))).json()


async def test_fields_left_out_have_defaults(login: Login) -> None:
    """Euro, no notes, and INVOICE_PAYMENT_DAYS (14) to pay."""
    with time_machine.travel("2026-03-01T12:00Z"):
        invoice = await create(await login("alice@example.com"))

    assert ("EUR", None, "2026-03-15") == (invoice["currency"], invoice["notes"], invoice["due_on"])


async def test_the_days_to_pay_are_a_setting(alice: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """INVOICE_PAYMENT_DAYS=0: due today."""
    monkeypatch.setenv("INVOICE_PAYMENT_DAYS", "0")

    invoice = await create(alice)

    assert invoice["created_at"][:10] == invoice["due_on"]


async def test_sent_twice_with_one_key_it_is_made_once(alice: AsyncClient) -> None:
    """The second request gets the first one's answer."""
    first, second = [await alice.post(INVOICES, json=DRAFT, headers=KEY) for _ in range(2)]

    assert (201, first.content, "true") == (
        second.status_code,
        second.content,
        second.headers["idempotent-replayed"],
    )
    assert 1 == len((await alice.get(INVOICES)).json()["items"])


async def test_a_number_is_used_once(alice: AsyncClient) -> None:
    """The refusal names the field."""
    await create(alice, number="A-1")

    response = await alice.post(INVOICES, json={**DRAFT, "number": "A-1"})

    problem = response.json()
    assert (409, "already_exists") == (response.status_code, problem["code"])
    assert "/body/number" in [error["pointer"] for error in problem["errors"]]


async def test_another_user_may_use_the_same_number(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody counts from one."""
    invoices = [await create(client, number="A-1") for client in (alice, bob)]

    assert ["A-1", "A-1"] == [invoice["number"] for invoice in invoices]


async def test_text_is_cleaned(alice: AsyncClient) -> None:
    """Control characters and space around it go; notes keep their lines; an address is in lower case."""
    invoice = await create(
        alice, customer_name=" Ann\x00\n & Co ", notes="One\r\nTwo\x07", customer_email="Ann@Customer.example"
    )

    assert ("Ann & Co", "One\nTwo", "ann@customer.example") == (
        invoice["customer_name"],
        invoice["notes"],
        invoice["customer_email"],
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "\x00 \n"),
        ("number", "x" * 41),
        ("customer_name", None),
        ("customer_email", "ann"),
        ("amount_cents", 0),
        ("amount_cents", 2_000_000_001),
        ("amount_cents", 12.5),
        ("amount_cents", "100"),
        ("currency", "eur"),
        ("currency", "EURO"),
        ("notes", "x" * 2001),
        ("due_on", "24.12.2026"),
        ("status", "sent"),
    ],
)
async def test_a_wrong_field_is_named(alice: AsyncClient, field: str, value: Any) -> None:
    """Empty, too long, too much, of another type, unknown: nothing is made."""
    response = await alice.post(INVOICES, json={**DRAFT, field: value})

    assert (422, [f"/body/{field}"]) == (
        response.status_code,
        [error["pointer"] for error in response.json()["errors"]],
    )
    assert [] == (await alice.get(INVOICES)).json()["items"]


async def test_a_missing_field_is_named(alice: AsyncClient) -> None:
    """Four fields have no default."""
    response = await alice.post(INVOICES, json={})

    assert {f"/body/{name}" for name in DRAFT} == {error["pointer"] for error in response.json()["errors"]}


async def test_a_draft_may_be_overdue(alice: AsyncClient) -> None:
    """Invoices on paper are entered later."""
    assert "2020-02-29" == (await create(alice, due_on=date(2020, 2, 29).isoformat()))["due_on"]
