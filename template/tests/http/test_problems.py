"""The list of error types."""

from httpx2 import AsyncClient


async def test_every_type_is_explained(client: AsyncClient) -> None:
    """Each has a code of its own, a title and a sentence."""
    listed = (await client.get("/problems")).json()

    codes = [problem["code"] for problem in listed]
    assert {"not_found", "invalid_cursor", "too_many_requests", "https_required"} <= set(codes)
    assert len(codes) == len(set(codes))
    assert [] == [problem for problem in listed if not (problem["title"] and problem["description"])]


async def test_the_type_of_an_error_leads_there(client: AsyncClient) -> None:
    """`type` is an entry of the list."""
    problem = (await client.get("/api/v1/users/me")).json()
    listed = {entry["type"]: entry["title"] for entry in (await client.get("/problems")).json()}

    assert problem["title"] == listed[problem["type"]]
