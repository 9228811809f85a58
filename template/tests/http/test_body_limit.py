"""The size of request bodies."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient
from starlette.types import Message, Receive, Scope, Send

from app.http import Router
from app.http.body_limit import BodyLimit
from tests.fixtures.apps import Serve

router = Router()


@router.post("/measure")
async def measure(body: dict[str, Any]) -> int:
    return len(body["text"])


@pytest.fixture
def client(serve: Serve) -> AsyncClient:
    return serve(router, body_limit_bytes=100)


def body(size: int) -> bytes:
    return b'{"text":"' + b"x" * (size - 11) + b'"}'


async def in_chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 40):
        yield content[start : start + 40]


JSON = {"Content-Type": "application/json"}


async def test_a_body_of_the_limit_passes(client: AsyncClient) -> None:
    """The limit itself is allowed."""
    response = await client.post("/measure", content=body(100), headers=JSON)

    assert (200, 89) == (response.status_code, response.json())


async def test_one_byte_more_is_refused(client: AsyncClient) -> None:
    """By its Content-Length."""
    response = await client.post("/measure", content=body(101), headers=JSON)

    assert (413, "content_too_large") == (response.status_code, response.json()["code"])
    assert "At most 100 bytes are taken." == response.json()["detail"]


async def test_a_chunked_body_passes_up_to_the_limit(client: AsyncClient) -> None:
    """A body need not tell its length."""
    response = await client.post("/measure", content=in_chunks(body(100)), headers=JSON)

    assert (200, 89) == (response.status_code, response.json())


async def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(client: AsyncClient) -> None:
    """The rest is not read."""
    read = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 40
            yield b"x" * 40

    response = await client.post("/measure", content=much(), headers=JSON)

    assert (413, "content_too_large") == (response.status_code, response.json()["code"])
    assert 120 == read


async def test_a_chunked_body_with_an_idempotency_key_is_limited_too(client: AsyncClient) -> None:
    """There the body is read before the endpoint asks for it."""
    response = await client.post(
        "/measure", content=in_chunks(body(101)), headers={**JSON, "Idempotency-Key": "k"}
    )

    assert 413 == response.status_code


@pytest.mark.parametrize("length", ["-1", "1e3", "+5"])
async def test_a_length_that_is_no_number_is_refused(client: AsyncClient, length: str) -> None:
    """Nobody can tell how much would follow."""
    response = await client.post("/measure", content=b"{}", headers={**JSON, "Content-Length": length})

    assert 413 == response.status_code


async def test_a_refused_body_is_read_before_the_answer() -> None:
    """A client that sends first and reads later sees the answer, not a broken connection."""
    pieces = [{"type": "http.request", "body": b"x" * 10, "more_body": more} for more in (True, False)]
    happened: list[str] = []

    async def receive() -> Message:
        happened.append("read")
        return pieces.pop(0)

    async def send(message: Message) -> None:
        happened.append(message["type"])

    async def unreachable(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the body was taken")

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"20")]}
    await BodyLimit(unreachable, limit=15)(scope, receive, send)

    assert ["read", "read", "http.response.start", "http.response.body"] == happened
