"""Headers of every response."""

import pytest
from fastapi import APIRouter, Response
from httpx2 import AsyncClient

from app.http.security_headers import SECURITY_HEADERS
from tests.fixtures.apps import Serve

EVERYWHERE = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/api/v1/users/me"])
async def test_every_response_has_the_security_headers(client: AsyncClient, path: str) -> None:
    """An error has them like a success."""
    response = await client.get(path)

    assert EVERYWHERE == {name: response.headers.get(name) for name in EVERYWHERE}


def test_the_policy_forbids_everything_a_browser_could_load() -> None:
    """An API shows nothing, is framed by nobody, cached nowhere and never sniffed."""
    expected = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
    }

    assert expected.items() <= EVERYWHERE.items()


async def test_a_response_keeps_a_header_of_its_own(serve: Serve) -> None:
    """A route that may be cached says so, once."""
    router = APIRouter()

    @router.get("/cached")
    async def cached(response: Response) -> None:
        response.headers["Cache-Control"] = "public, max-age=60"

    response = await serve(router).get("/cached")

    assert ["public, max-age=60"] == response.headers.get_list("cache-control")


async def test_https_is_demanded_for_the_future_over_https_only(client: AsyncClient) -> None:
    """Strict-Transport-Security over plain http would have no meaning (RFC 6797 section 7.2)."""
    plain = await client.get("/health/live")
    secure = await client.get("https://testserver/health/live")

    assert "strict-transport-security" not in plain.headers
    assert "max-age=63072000; includeSubDomains" == secure.headers["strict-transport-security"]
