"""No request body is larger than BODY_LIMIT_BYTES, whether or not it says its length."""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import ContentTooLarge, problem

DISCARD_SECONDS = 1.0


class BodyLimit:
    """Refuses by Content-Length before anybody looks at the body, and a chunked one as it grows too large."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the announced length, else count while reading."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = chunked = None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                chunked = value
        if length is not None and (not length.isdigit() or int(length) > self.limit):
            await self._discard(receive)
            await problem(ContentTooLarge(self._detail), scope)(scope, receive, send)
            return
        # A body of unknown length comes chunked in HTTP/1 and with neither header in HTTP/2.
        counts = chunked is not None or (length is None and scope["http_version"] != "1.1")
        await self.app(scope, self._counting(receive) if counts else receive, send)

    async def _discard(self, receive: Receive) -> None:
        """Read on for a moment: a client still sending would see a broken connection, not the answer."""
        left = 2 * self.limit
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body"):
                        return

    @property
    def _detail(self) -> str:
        return f"At most {self.limit} bytes are taken."

    def _counting(self, receive: Receive) -> Receive:
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.limit:
                raise HTTPException(ContentTooLarge.status, self._detail)
            return message

        return counting
