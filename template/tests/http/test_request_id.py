"""Every request has an id."""

import pytest
from httpx2 import AsyncClient

from tests.fixtures.logs import Logged


async def test_the_callers_id_is_echoed(client: AsyncClient) -> None:
    """A caller who sends an id finds it in the response."""
    response = await client.get("/health/live", headers={"X-Request-ID": "abc-123_x.y"})

    assert "abc-123_x.y" == response.headers["x-request-id"]


async def test_a_request_without_id_gets_a_new_one(client: AsyncClient) -> None:
    """Two requests without an id get two different ones."""
    first, second = [(await client.get("/health/live")).headers["x-request-id"] for _ in range(2)]

    assert 32 == len(first)
    assert first != second


@pytest.mark.parametrize("hostile", ["", "a" * 65, "a b", 'x"}', "x\tlevel=error"])
async def test_an_id_that_could_forge_a_log_line_is_replaced(client: AsyncClient, hostile: str) -> None:
    """Only letters, digits, dot, dash and underscore are taken over."""
    response = await client.get("/health/live", headers={"X-Request-ID": hostile})

    assert 32 == len(response.headers["x-request-id"])


async def test_every_log_line_and_error_carries_it(client: AsyncClient, logged: Logged) -> None:
    """The id leads from an error to what was logged."""
    response = await client.get("/nowhere", headers={"X-Request-ID": "seek-me"})

    assert "seek-me" == response.json()["request_id"]
    assert ["seek-me"] == [line["request_id"] for line in logged("request")]
