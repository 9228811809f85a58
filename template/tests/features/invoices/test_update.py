"""Changing a draft."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.features.invoices.drafts import at, create


async def test_what_is_named_changes_the_rest_stays(alice: AsyncClient) -> None:
    """The answer shows the invoice as it is now."""
    invoice = await create(alice, notes="Soon")

    response = await alice.patch(at(invoice), json={"amount_cents": 5, "due_on": "2027-01-31"})

    changed = {**invoice, "amount_cents": 5, "due_on": "2027-01-31"}
    assert (200, changed) == (response.status_code, {**response.json(), "updated_at": invoice["updated_at"]})
    assert response.json()["updated_at"] > invoice["updated_at"]
    assert response.json() == (await alice.get(at(invoice))).json()


async def test_a_change_is_a_new_version(alice: AsyncClient) -> None:
    """Each one has its ETag."""
    path = at(await create(alice))

    tags = [(await alice.patch(path, json={"notes": note})).headers["etag"] for note in ("a", "b")]

    assert ['"2"', '"3"'] == tags


async def test_the_version_that_was_read_is_changed(alice: AsyncClient) -> None:
    """If-Match with the current ETag lets the change through."""
    path = at(await create(alice))

    response = await alice.patch(path, json={"notes": "a"}, headers={"If-Match": '"1"'})

    assert (200, '"2"') == (response.status_code, response.headers["etag"])


async def test_a_version_that_is_gone_is_not_overwritten(alice: AsyncClient) -> None:
    """A stale If-Match is 412, and tells the current ETag."""
    path = at(await create(alice))
    await alice.patch(path, json={"notes": "first"})

    response = await alice.patch(path, json={"notes": "second"}, headers={"If-Match": '"1"'})

    assert (412, '"2"') == (response.status_code, response.headers["etag"])
    assert "first" == (await alice.get(path)).json()["notes"]


async def test_notes_can_be_taken_away(alice: AsyncClient) -> None:
    """They alone may be null."""
    invoice = await create(alice, notes="Soon")

    response = await alice.patch(at(invoice), json={"notes": None})

    assert (200, None) == (response.status_code, response.json()["notes"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"customer_name": None}, "/body"),
        ({"notes": "new", "due_on": None}, "/body"),
        ({"number": "2026-002"}, "/body/number"),
        ({"status": "sent"}, "/body/status"),
        ({"amount_cents": -1}, "/body/amount_cents"),
    ],
)
async def test_what_cannot_be_changed_so_is_refused(
    alice: AsyncClient, changes: dict[str, Any], pointer: str
) -> None:
    """Null where a value must be, fields that are fixed, wrong values: nothing changes."""
    invoice = await create(alice)

    response = await alice.patch(at(invoice), json=changes)

    assert (422, [pointer]) == (
        response.status_code,
        [error["pointer"] for error in response.json()["errors"]],
    )
    assert invoice == (await alice.get(at(invoice))).json()
