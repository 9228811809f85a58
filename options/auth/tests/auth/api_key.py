"""API keys alone: nothing else says who is calling, and nothing of logins is there."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.http.route import api_routes


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."},
        {"Authorization": "Basic b3BlcmF0b3I6"},
        {"Authorization": "Bearer"},
        {"Cookie": "__Host-session=1"},
    ],
    ids=str,
)
async def test_nothing_else_is_a_credential(client: AsyncClient, headers: dict[str, str]) -> None:
    """A key that is none is told apart from no key at all."""
    answer = await client.get("/api/v1/users/me", headers=headers)

    expected = "invalid_credential" if "Authorization" in headers else "unauthorized"
    assert (401, expected) == (answer.status_code, answer.json()["code"])


async def test_a_key_tells_whose_it_is(alice: AsyncClient) -> None:
    """A program that wonders asks for its account."""
    assert "alice@example.com" == (await alice.get("/api/v1/users/me")).json()["email"]


def test_there_are_no_ways_of_people(app: FastAPI) -> None:
    """No login to guess at, no account to open."""
    paths = {route.path_format for route in api_routes(app.routes)}

    assert "/api/v1/service-accounts" in paths
    assert [] == [path for path in paths if path.startswith(("/api/v1/auth", "/api/v1/api-keys"))]


def test_the_contract_names_one_way_in(app: FastAPI) -> None:
    """A key in the Authorization header."""
    schemes = app.openapi()["components"]["securitySchemes"]

    assert {"ApiKey": ("http", "bearer")} == {
        name: (scheme["type"], scheme["scheme"]) for name, scheme in schemes.items()
    }
