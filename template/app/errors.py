"""Every error this API answers with is an `application/problem+json` document (RFC 9457).

Raise an AppError; one handler renders it. The `detail` is shown to the caller: never put a secret, SQL or
somebody else's data into it.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.types import Scope

PROBLEM_JSON = "application/problem+json"


class AppError(Exception):
    """An error with an HTTP status and a stable `code` that clients may switch on."""

    status: int = 500
    code: str = "internal_error"
    title: str = "The server failed"
    # A registered problem type, where there is one; else the type is the entry in our own list.
    registered_type: str = ""

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **extensions: Any
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions


class BadRequest(AppError):
    """The request cannot be understood."""

    status, code, title = 400, "bad_request", "The request cannot be understood"


class Unauthorized(AppError):
    """Who is asking is not known."""

    status, code, title = 401, "unauthorized", "Authentication is required"

    def __init__(self, detail: str | None = None, **extensions: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extensions)


class Forbidden(AppError):
    """The caller is known and may not do this."""

    status, code, title = 403, "forbidden", "This is not allowed"


class NotFound(AppError):
    """There is no such thing, or it belongs to somebody else: both look alike."""

    status, code, title = 404, "not_found", "There is nothing here"


class MethodNotAllowed(AppError):
    """The resource exists and does not know this method; `Allow` lists those it knows."""

    status, code, title = 405, "method_not_allowed", "This method is not allowed here"


class Conflict(AppError):
    """The request contradicts the present state."""

    status, code, title = 409, "conflict", "The request conflicts with the present state"


class PreconditionFailed(AppError):
    """`If-Match` names a version that is no longer current (RFC 9110 section 13.1.1)."""

    status, code, title = 412, "precondition_failed", "The resource has changed since you read it"


class ContentTooLarge(AppError):
    """The body is larger than BODY_LIMIT_BYTES."""

    status, code, title = 413, "content_too_large", "The request body is too large"


class UnsupportedMediaType(AppError):
    """The body is not JSON."""

    status, code, title = 415, "unsupported_media_type", "The body must be application/json"


class InvalidRequest(AppError):
    """The request breaks the documented schema; `errors` says where."""

    status, code, title = 422, "invalid_request", "The request is not valid"


class TooManyRequests(AppError):
    """A rate limit is used up; `Retry-After` says when to come back."""

    status, code, title = 429, "too_many_requests", "Too many requests"
    registered_type = "https://iana.org/assignments/http-problem-types#quota-exceeded"


class Unavailable(AppError):
    """Something this service needs is away for a moment; `Retry-After` says when to come back."""

    status, code, title = 503, "unavailable", "The service is unavailable for a moment"

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **extensions: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extensions)


def problem_types(kind: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Every kind of error there is, features' own included."""
    yield kind
    for child in kind.__subclasses__():
        yield from problem_types(child)


def type_of(kind: AppError | type[AppError]) -> str:
    """The URI that identifies a kind of error (RFC 9457 section 3.1.1)."""
    return kind.registered_type or f"/problems#{kind.code}"


def problem(error: AppError, scope: Scope) -> Response:
    """Render an error for the request in `scope`."""
    document = {
        "type": type_of(error),
        "title": error.title,
        "status": error.status,
        "detail": error.detail or error.title,
        "instance": scope["path"],
        "code": error.code,
        "request_id": scope.get("request_id", ""),
        **error.extensions,
    }
    # ASCII output: a lone surrogate sent by the caller is escaped, where UTF-8 could not hold it.
    body = json.dumps(document, default=str, separators=(",", ":"))
    return Response(body, error.status, error.headers, media_type=PROBLEM_JSON)


def error_of_status(status: int, detail: str | None = None) -> AppError:
    """The error for something that the framework raised, known only by its HTTP status."""
    for kind in AppError.__subclasses__():
        if kind.status == status:
            return kind(detail)
    error = AppError(detail)
    error.status, error.title = status, HTTPStatus(status).phrase
    error.code = error.title.lower().replace(" ", "_").replace("-", "_")
    return error
