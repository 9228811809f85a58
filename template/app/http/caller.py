"""Who is calling, as far as it can be told without a query: for rate limits, idempotency and the log."""

from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send


class Identity(Protocol):
    """A verified credential."""

    @property
    def caller(self) -> str | None:
        """A name for whoever has it, such as `user:<id>`, which nobody else gets; None: not known, yet."""


Identify = Callable[[Mapping[bytes, bytes]], Identity | None]


class Caller:
    """Puts the verified identity (or None) and a name for the caller into the scope.

    The name is the identity's own, such as `user:<id>`, for a valid credential, else `address:<ip>`. An
    endpoint's own authentication decides whether the caller may in; this one only tells callers apart.
    """

    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self.app = app
        self.identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Identify the caller once; everybody behind reads the scope."""
        if scope["type"] == "http":
            identity = self.identify(_headers(scope))
            scope["identity"] = identity
            client = scope.get("client")
            address = f"address:{client[0] if client else 'unknown'}"
            scope["caller"] = address if identity is None else identity.caller or address
        await self.app(scope, receive, send)


def _headers(scope: Scope) -> dict[bytes, bytes]:
    headers = dict(scope["headers"])
    if b"cookie" in headers:
        # HTTP/2 may bring each cookie in a field of its own (RFC 9113 section 8.2.3).
        headers[b"cookie"] = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return headers
