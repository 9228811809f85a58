"""Turns what the framework, the database and the app raise into problem documents."""

from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from app.db.constraints import constraint_columns
from app.db.failures import Failure, FailureKind
from app.db.session import failure_of
from app.errors import AppError, Conflict, InvalidRequest, MethodNotAllowed, error_of_status, problem
from app.http.route import allowed_methods

log = structlog.get_logger(__name__)


def install_error_handlers(app: FastAPI) -> None:
    """One handler for each family of errors."""
    app.exception_handler(AppError)(_app_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(DBAPIError)(_database_error)


class AlreadyExists(Conflict):
    """A value that must be unique is taken; `errors` names the field."""

    code, title = "already_exists", "This already exists"


class ConstraintViolated(Conflict):
    """The change would leave the data inconsistent, such as a reference to something that is gone."""

    code, title = "constraint_violated", "The change contradicts other data"


async def _app_error(request: Request, error: AppError) -> Response:
    return problem(error, request.scope)


async def _http_error(request: Request, error: HTTPException) -> Response:
    ours = error_of_status(error.status_code, error.detail)
    ours.headers |= error.headers or {}
    if isinstance(ours, MethodNotAllowed):
        ours.headers["Allow"] = ", ".join(allowed_methods(request.app.routes, request.scope["path"]))
    return problem(ours, request.scope)


async def _invalid_request(request: Request, error: RequestValidationError) -> Response:
    errors = [
        {"pointer": _pointer(e["loc"]), "code": e["type"], "detail": e["msg"].removeprefix("Value error, ")}
        for e in error.errors()
    ]
    return problem(InvalidRequest(errors=errors), request.scope)


# What a broken constraint means for each field it is about.
CONSTRAINTS = {
    FailureKind.UNIQUE: "Already taken",
    FailureKind.REFERENCE: "Refers to something that is not there, or something refers to it",
    FailureKind.REQUIRED: "Must have a value",
    FailureKind.CHECK: "Is not allowed together with the other values",
}


async def _database_error(request: Request, error: DBAPIError) -> Response:
    failure = failure_of(error)
    if failure.kind in CONSTRAINTS:
        kind = AlreadyExists if failure.kind is FailureKind.UNIQUE else ConstraintViolated
        return problem(kind(errors=list(_offenders(failure))), request.scope)
    if failure.kind is FailureKind.VALUE:
        # Not its text: drivers put the value into it.
        log.warning("value_refused_by_database", error=type(error.orig).__name__)
        return problem(
            InvalidRequest("A value is too long or too large, or cannot be stored."), request.scope
        )
    raise error


def _offenders(failure: Failure) -> Iterator[dict[str, str]]:
    for column in failure.columns or constraint_columns(failure.constraint):
        if column != "owner_id":  # whose row it is (app.db.Owned): never a field of the request
            yield {
                "pointer": f"/body/{column}",
                "code": failure.kind.value,
                "detail": CONSTRAINTS[failure.kind],
            }


def _pointer(location: Sequence[Any]) -> str:
    """A JSON pointer (RFC 6901) into the request: `/body/…`, `/query/…`, `/path/…` or `/header/…`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
