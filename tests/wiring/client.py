"""An HTTP client of its own: standard library only, nothing of the generated project."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPMessage
from itertools import count
from typing import Any, Protocol, Self

NOTHING = object()
_addresses = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def error(self) -> tuple[int, str | None]:
        """The status, and the code of the problem document when it is one."""
        if self.headers.get_content_type() != "application/problem+json":
            return self.status, None
        return self.status, self.json["code"]

    def header(self, name: str) -> str | None:
        """One header, or None."""
        return self.headers.get(name)


class Server(Protocol):
    """What serves."""

    def connect(self) -> HTTPConnection:
        """A new connection."""


@dataclass(frozen=True)
class Client:
    """Sends requests with the same headers, each over a connection of its own."""

    server: Server
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def elsewhere(cls, server: Server) -> Self:
        """A client that a trusted proxy says is at an address of its own, so that no quota is shared."""
        number = next(_addresses)
        # RFC 2544 keeps 198.18.0.0/15 for such purposes.
        return cls(server, {"X-Forwarded-For": f"198.18.{number >> 8 & 255}.{number & 255}"})

    def having(self, **headers: str) -> Self:
        """The same client with more headers; `If_Match="…"` is If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def send(
        self,
        method: str,
        path: str,
        json: object = NOTHING,
        *,
        body: bytes | Iterable[bytes] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Send a request: `json` or a raw `body`. An iterable body goes out in chunks, its length untold."""
        headers = dict(self.headers)
        if json is not NOTHING:
            body = _dump(json)
        if body is not None:
            headers["Content-Type"] = content_type
        connection = self.server.connect()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # answered before all of it was sent
                connection.request(
                    method, path, body, headers, encode_chunked=not isinstance(body, bytes | None)
                )
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """GET, with headers such as `If_Match="…"`."""
        return self.having(**headers).send("GET", path)

    def post(self, path: str, json: object = NOTHING, **headers: str) -> Answer:
        """POST."""
        return self.having(**headers).send("POST", path, json)

    def patch(self, path: str, json: object, **headers: str) -> Answer:
        """PATCH."""
        return self.having(**headers).send("PATCH", path, json)

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return self.having(**headers).send("DELETE", path)


def _dump(value: object) -> bytes:
    # ASCII: a lone surrogate goes out as the escape \udXXX, which is how it would come from a client.
    return json.dumps(value).encode()
