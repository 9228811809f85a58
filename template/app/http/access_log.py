"""One log line for each request: what was asked, by whom, the answer, and where the time went."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import statistics
from app.http.route import route_template
from app.logs import access_logger
from app.redaction import redact_text


class AccessLog:
    """Measures the request and the database's share of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log when the response is done, or has failed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        queries = statistics.QueryStatistics()
        statistics.current.set(queries)
        start = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            client = scope.get("client")
            access_logger().info(
                "request",
                request_id=scope["request_id"],
                method=scope["method"],
                route=route_template(scope),
                path=redact_text(scope["path"]),
                status=scope["status"],
                duration_ms=round((time.perf_counter() - start) * 1000, 2),
                db_ms=round(queries.seconds * 1000, 2),
                db_queries=queries.count,
                caller=scope.get("caller"),
                client=client[0] if client else None,
            )
