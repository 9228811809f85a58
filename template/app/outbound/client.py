"""JSON from other services: each call bounded in time and size, no redirect, none while one is away."""

import asyncio
import ssl
from functools import cache
from typing import Any

import orjson
from httpx2 import AsyncClient, BasicAuth, HTTPError, InvalidURL, create_ssl_context

from app.outbound.breaker import Breaker, CircuitOpen

LIMIT_BYTES = 512 * 1024


class CallFailed(Exception):
    """No answer that can be used: the service is away, or says something else than it should."""


class CallRefused(CallFailed):
    """The service has answered that it will not do it (a status below 500)."""


class JsonClient:
    """Calls one service. It does not try again: whoever calls knows what may be done twice."""

    def __init__(self, name: str, seconds: float) -> None:
        self._breaker = Breaker(name)
        self._seconds = seconds

    async def get(self, url: str) -> dict[str, Any]:
        """Read an object. Raises CallFailed."""
        return await self._call("GET", url)

    async def post_form(
        self, url: str, form: dict[str, str], *, auth: BasicAuth | None = None
    ) -> dict[str, Any]:
        """Send a form, and read the object that it is answered with. Raises CallFailed."""
        return await self._call("POST", url, data=form, auth=auth)

    async def _call(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            with self._breaker.guard():
                # One bound over all: connecting, sending and the answer, however slowly it drips.
                async with asyncio.timeout(self._seconds):
                    status, body = await self._exchange(method, url, **options)
        except (CircuitOpen, CallFailed, HTTPError, InvalidURL, TimeoutError, OSError) as error:
            raise CallFailed(f"{type(error).__name__}: {error}") from error
        if status != 200:
            raise CallRefused(f"status {status}")
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise CallFailed("the answer is no JSON") from None
        if not isinstance(document, dict):
            raise CallFailed("the answer is no JSON object")
        return document

    async def _exchange(self, method: str, url: str, **options: Any) -> tuple[int, bytes]:
        body = bytearray()
        async with (
            AsyncClient(verify=_tls(), timeout=self._seconds, follow_redirects=False) as client,
            client.stream(method, url, headers={"Accept": "application/json"}, **options) as response,
        ):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LIMIT_BYTES:
                    raise CallFailed(f"the answer is longer than {LIMIT_BYTES} bytes")
        if response.status_code >= 500:
            raise CallFailed(f"status {response.status_code}")
        return response.status_code, bytes(body)


@cache
def _tls() -> ssl.SSLContext:
    """Made at the first call: it takes longer than the call."""
    return create_ssl_context()
