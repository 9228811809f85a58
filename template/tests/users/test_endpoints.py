"""The user's own account."""

import pytest
from httpx2 import AsyncClient

ME = "/api/v1/users/me"


async def test_an_account_shows_what_its_user_may_see(alice: AsyncClient) -> None:
    """No password, and the version as ETag."""
    response = await alice.get(ME)

    me = response.json()
    assert (200, '"1"') == (response.status_code, response.headers["etag"])
    assert {"id", "email", "name", "role", "created_at", "updated_at"} == set(me)
    assert ("alice@example.com", None, "user") == (me["email"], me["name"], me["role"])


async def test_a_name_can_be_given_and_taken_away(alice: AsyncClient) -> None:
    """null takes it away, leaving it out keeps it."""
    named = await alice.patch(ME, json={"name": " Alice "})
    kept = await alice.patch(ME, json={})
    nameless = await alice.patch(ME, json={"name": None})

    assert ["Alice", "Alice", None] == [response.json()["name"] for response in (named, kept, nameless)]


async def test_a_change_is_a_new_version(alice: AsyncClient) -> None:
    """And nothing changed is none."""
    tags = [
        (await alice.patch(ME, json={"name": name})).headers["etag"] for name in ("Alice", "Alice", "Alicia")
    ]

    assert ['"2"', '"2"', '"3"'] == tags


async def test_a_stale_version_is_refused(alice: AsyncClient) -> None:
    """Somebody, perhaps the same user on another device, has changed it meanwhile."""
    read = await alice.get(ME)
    await alice.patch(ME, json={"name": "Alice"})

    response = await alice.patch(ME, json={"name": "Alicia"}, headers={"If-Match": read.headers["etag"]})

    assert (412, "precondition_failed", '"2"') == (
        response.status_code,
        response.json()["code"],
        response.headers["etag"],
    )
    assert "Alice" == (await alice.get(ME)).json()["name"]


@pytest.mark.parametrize(("field", "value"), [("role", "admin"), ("email", "x@example.com"), ("id", "1")])
async def test_what_a_user_is_cannot_be_changed_here(alice: AsyncClient, field: str, value: str) -> None:
    """Only the name."""
    response = await alice.patch(ME, json={field: value})

    assert (422, f"/body/{field}") == (response.status_code, response.json()["errors"][0]["pointer"])
