"""Errors that nobody expected."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from starlette.responses import StreamingResponse

from app.http import Router
from tests.fixtures.apps import Serve
from tests.fixtures.logs import Logged

SECRET = "hunter2-and-the-table-users"


def broken(router: APIRouter) -> APIRouter:
    @router.get("/broken")
    async def endpoint() -> None:
        raise RuntimeError(SECRET)

    return router


@pytest.mark.parametrize("router", [Router, APIRouter])
async def test_the_caller_learns_nothing_but_the_request_id(serve: Serve, router: type[APIRouter]) -> None:
    """No message, no traceback; a problem document like any other error."""
    response = await serve(broken(router())).get("/broken")

    assert (500, "application/problem+json") == (response.status_code, response.headers["content-type"])
    assert "internal_error" == response.json()["code"]
    assert response.headers["x-request-id"] == response.json()["request_id"]
    assert SECRET not in response.text


async def test_the_log_tells_everything(serve: Serve, logged: Logged) -> None:
    """The error with its traceback, findable by the request id."""
    response = await serve(broken(Router())).get("/broken")

    [line] = logged("unexpected_error")
    assert response.headers["x-request-id"] == line["request_id"]
    assert ("RuntimeError", SECRET) == (line["exception"][0]["exc_type"], line["exception"][0]["exc_value"])
    assert "endpoint" == line["exception"][0]["frames"][-1]["name"]


async def test_a_response_that_has_started_is_broken_off(serve: Serve) -> None:
    """A second status cannot be sent: the connection breaks, and nobody takes a half answer for a whole."""
    router = APIRouter()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("the rest")

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(chunks())

    with pytest.raises(RuntimeError, match="the rest"):
        await serve(router).get("/stream")
