"""The last resort: an error that nobody expected becomes a plain 500 problem and a full log entry.

Innermost, so that even this answer carries a request id, security headers and CORS.
"""

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError, problem

log = structlog.get_logger(__name__)


class ErrorBoundary:
    """Answers 500 without a word about the reason."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Catch, log, answer."""
        try:
            await self.app(scope, receive, send)
        except Exception:
            if scope["type"] != "http" or scope["status"] is not None:
                raise  # the response has started: only breaking the connection is honest now
            log.exception("unexpected_error")
            error = AppError("Something went wrong on our side; quote the request id if you report it.")
            await problem(error, scope)(scope, receive, send)
