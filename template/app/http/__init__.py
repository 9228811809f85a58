"""The inbound edge: what every request passes, and what an endpoint may use of it."""

from app.http.idempotency import never_stored
from app.http.preconditions import IfMatch, etag
from app.http.rate_limit import rate_limit
from app.http.routing import Router

__all__ = ["IfMatch", "Router", "etag", "never_stored", "rate_limit"]
