"""Deleting a draft."""

from httpx2 import AsyncClient

from tests.features.invoices.drafts import INVOICES, at, create


async def test_a_draft_is_gone(alice: AsyncClient) -> None:
    """And its number is free again."""
    path = at(await create(alice, number="A-1"))

    response = await alice.delete(path)

    assert (204, b"") == (response.status_code, response.content)
    assert 404 == (await alice.get(path)).status_code
    assert "A-1" == (await create(alice, number="A-1"))["number"]


async def test_a_version_that_is_gone_is_not_deleted(alice: AsyncClient) -> None:
    """Somebody has changed it meanwhile: look at it first."""
    path = at(await create(alice))
    await alice.patch(path, json={"notes": "new"})

    stale = await alice.delete(path, headers={"If-Match": '"1"'})
    current = await alice.delete(path, headers={"If-Match": '"2"'})

    assert (412, 204) == (stale.status_code, current.status_code)
    assert [] == (await alice.get(INVOICES)).json()["items"]
