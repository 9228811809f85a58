"""Requests for another host and over plain http."""

import pytest
from httpx2 import AsyncClient

from tests.fixtures.apps import Serve


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "testserver:80x"])
async def test_another_host_is_refused(client: AsyncClient, host: str) -> None:
    """A forged Host header would end up in links."""
    response = await client.get("/problems", headers={"Host": host})

    assert (400, "unknown_host") == (response.status_code, response.json()["code"])


@pytest.mark.parametrize("host", ["testserver", "TestServer:8000", "api.example.com", "shop.example"])
async def test_a_known_host_is_served(serve: Serve, host: str) -> None:
    """PUBLIC_URL's host and ALLOWED_HOSTS are known, with any port and in any case."""
    client = serve(public_url="https://api.example.com", allowed_hosts="shop.example, other.example")

    assert 200 == (await client.get("/problems", headers={"Host": host})).status_code


async def test_every_host_is_served_when_asked_for(serve: Serve) -> None:
    """ALLOWED_HOSTS=* turns the check off."""
    client = serve(allowed_hosts="*")

    assert 200 == (await client.get("/problems", headers={"Host": "any.example"})).status_code


async def test_plain_http_is_refused_where_https_is_required(serve: Serve) -> None:
    """It is not redirected: what was secret in the request was already sent in clear."""
    client = serve(require_https=True)

    plain = await client.get("/problems")
    secure = await client.get("https://testserver/problems")

    assert (403, "https_required") == (plain.status_code, plain.json()["code"])
    assert 200 == secure.status_code


async def test_probes_come_by_address_and_inside_the_network(serve: Serve) -> None:
    """A load balancer asks for the health over plain http and without a name."""
    response = await serve(require_https=True).get("/health/live", headers={"Host": "10.0.0.7"})

    assert 200 == response.status_code
