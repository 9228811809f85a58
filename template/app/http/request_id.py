"""Every request has an id: the caller's own when it is a sane one, else a new one."""

import re
from secrets import token_hex

from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from app.redaction import redact_text

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Puts the id into the scope, the log context and the response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose the id."""
        if scope["type"] == "http":
            request_id = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), "")
            # One that looks like a secret is not sane either: the id is logged as it stands.
            if not _SANE.fullmatch(request_id) or redact_text(request_id) != request_id:
                request_id = token_hex(16)
            scope["request_id"] = request_id
            scope["response_headers"].append((b"x-request-id", request_id.encode()))
            bind_contextvars(request_id=request_id)
        await self.app(scope, receive, send)
