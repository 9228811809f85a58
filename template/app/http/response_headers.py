"""Headers of every response, errors included.

Whoever wants a header on the response, whatever becomes of the request, appends it to
`scope["response_headers"]`; so the response is wrapped once, not once for each concern.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.security_headers import HSTS, SECURITY_HEADERS

Header = tuple[bytes, bytes]


class ResponseHeaders:
    """Adds the collected headers as the response starts, and notes its status."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wrap `send`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        extra: list[Header] = []
        scope["response_headers"] = extra
        scope["status"] = None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["status"] = message["status"]
                headers: list[Header] = message["headers"]
                own = {name for name, _ in headers}
                headers.extend(extra)
                headers.extend(header for header in SECURITY_HEADERS if header[0] not in own)
                if scope["scheme"] == "https":
                    headers.append(HSTS)
            await send(message)

        await self.app(scope, receive, send_with_headers)
