"""The client's address and scheme behind a proxy."""

from typing import Any

from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.logs import Logged

FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
BEHIND: dict[str, Any] = {"trusted_proxies": "10.0.0.0/8", "require_https": True}


async def test_a_trusted_proxy_is_believed(make_app: MakeApp, connect: Connect, logged: Logged) -> None:
    """Address and scheme are those that the proxy saw."""
    client = connect(make_app(**BEHIND), address="10.1.2.3")

    response = await client.get("/problems", headers=FORWARDED)

    assert 200 == response.status_code
    assert ["198.51.100.7"] == [line["client"] for line in logged("request")]


async def test_anybody_else_is_not_believed(make_app: MakeApp, connect: Connect, logged: Logged) -> None:
    """A client cannot claim another address, nor that it came over https."""
    client = connect(make_app(**BEHIND), address="203.0.113.9")

    response = await client.get("/problems", headers=FORWARDED)

    assert 403 == response.status_code
    assert ["203.0.113.9"] == [line["client"] for line in logged("request")]


async def test_an_address_that_the_client_put_first_is_not_believed(
    make_app: MakeApp, connect: Connect, logged: Logged
) -> None:
    """Of a chain, the last hop that is no trusted proxy counts: the ones before it are hearsay."""
    client = connect(make_app(**BEHIND), address="10.1.2.3")

    await client.get("/problems", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7, 10.9.9.9"})

    assert ["198.51.100.7"] == [line["client"] for line in logged("request")]


async def test_without_trusted_proxies_nobody_is_believed(
    make_app: MakeApp, connect: Connect, logged: Logged
) -> None:
    """The default."""
    client = connect(make_app(), address="10.1.2.3")

    await client.get("/problems", headers=FORWARDED)

    assert ["10.1.2.3"] == [line["client"] for line in logged("request")]
