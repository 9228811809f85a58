"""Calls to other services: bounded in time and size, and none while the service is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app.outbound import client as module
from app.outbound.client import CallFailed, CallRefused, JsonClient

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Service:
    """Answers each request as it is told, byte for byte, and counts them."""

    def __init__(self) -> None:
        self.answer: Answer = say(b'{"a": 1}')
        self.requests: list[bytes] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        try:
            await self.answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()


def say(body: bytes, status: int = 200, *headers: str) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = "\r\n".join((f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""))
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


@pytest.fixture
async def service(anyio_backend: str) -> AsyncIterator[Service]:
    service = Service()
    server = await asyncio.start_server(service.handle, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    yield service
    server.close()


async def test_an_object_is_read(service: Service) -> None:
    """Asked for as JSON."""
    assert {"a": 1} == await JsonClient("x", 5).get(service.url)

    assert b"accept: application/json" in service.requests[0].lower()


async def test_a_form_is_sent(service: Service) -> None:
    """As a form."""
    assert {"a": 1} == await JsonClient("x", 5).post_form(service.url, {"code": "c d"})

    assert service.requests[0].startswith(b"POST / HTTP/1.1\r\n")
    assert b"application/x-www-form-urlencoded" in service.requests[0]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"<html>"], ids=repr)
async def test_what_is_no_object_is_a_failure(service: Service, body: bytes) -> None:
    """Whatever its status says."""
    service.answer = say(body)

    with pytest.raises(CallFailed):
        await JsonClient("x", 5).get(service.url)


@pytest.mark.parametrize(("status", "kind"), [(400, CallRefused), (404, CallRefused), (500, CallFailed)])
async def test_an_error_is_told(service: Service, status: int, kind: type[CallFailed]) -> None:
    """A refusal apart from a failure: the service is not away."""
    service.answer = say(b"{}", status)

    with pytest.raises(CallFailed) as refusal:
        await JsonClient("x", 5).get(service.url)

    assert kind is type(refusal.value)


async def test_a_redirect_is_not_followed(service: Service) -> None:
    """It could lead anywhere, into this network too."""
    service.answer = say(b"", 302, f"Location: {service.url}elsewhere")

    with pytest.raises(CallRefused):
        await JsonClient("x", 5).get(service.url)

    assert 1 == len(service.requests)


async def test_a_long_answer_is_cut_off(service: Service) -> None:
    """Also one that does not tell its length."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    service.answer = endless

    with pytest.raises(CallFailed, match="longer than"):
        await JsonClient("x", 5).get(service.url)


async def test_an_answer_that_drips_is_not_waited_for(service: Service) -> None:
    """The bound is on the whole call."""
    dripping = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        await writer.drain()
        await dripping.wait()

    service.answer = drip

    with pytest.raises(CallFailed, match=r"TimeoutError|ReadTimeout"):
        await JsonClient("x", 0.2).get(service.url)
    dripping.set()


async def test_a_service_that_is_away_is_left_alone(service: Service) -> None:
    """After five failures nothing is asked; a refusal is no failure."""
    client = JsonClient("x", 5)
    for status, times in ((400, 6), (503, 7)):
        service.answer = say(b"{}", status)
        for _ in range(times):
            with pytest.raises(CallFailed):
                await client.get(service.url)

    assert 6 + 5 == len(service.requests)


async def test_an_address_where_nobody_is(service: Service) -> None:
    """Nor what is none."""
    for url in ("http://127.0.0.1:1/", "http://[", "ftp://127.0.0.1/", ""):
        with pytest.raises(CallFailed):
            await JsonClient("x", 5).get(url)


def test_tls_is_checked() -> None:
    """By the names and authorities that the system trusts."""
    context = module._tls()

    assert context.check_hostname
    assert "CERT_REQUIRED" == context.verify_mode.name
