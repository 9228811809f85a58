"""CORS: closed unless CORS_ORIGINS names who may read this API from a browser."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden, problem
from app.settings import Settings

EXPOSED = (
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
)


class CorsRefused(Forbidden):
    """A preflight from an origin, for a method or with a header that is not allowed."""

    code, title = "cors_refused", "This origin may not make this request"


class Cors(CORSMiddleware):
    """Starlette's CORS middleware, refusing in the shape of every other error."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(
            app,
            allow_origins=settings.cors_origins,
            allow_credentials=settings.cors_allow_credentials,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-ID"),
            expose_headers=EXPOSED,
            max_age=600,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight; a refusal is a problem document that says what was refused."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        return _Refusal(
            CorsRefused(bytes(response.body).decode(), headers={"Vary": response.headers["vary"]})
        )


class _Refusal(Response):
    """Rendered as it is sent: only then is the request known."""

    def __init__(self, error: CorsRefused) -> None:
        super().__init__(status_code=error.status)
        self.error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem(self.error, scope)(scope, receive, send)
