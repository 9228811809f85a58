"""Turns what the framework, the database and the app raise into problem documents."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.db.engine import violated_columns
from app.errors import AppError, Conflict, InvalidRequest, MethodNotAllowed, error_of_status, problem
from app.http.route import allowed_methods


def install_error_handlers(app: FastAPI) -> None:
    """One handler for each family of errors."""
    app.exception_handler(AppError)(_app_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(IntegrityError)(_integrity_error)


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


async def _integrity_error(request: Request, error: IntegrityError) -> Response:
    columns = violated_columns(error)
    if not columns:
        return problem(ConstraintViolated(), request.scope)
    errors = [{"pointer": f"/body/{name}", "code": "unique", "detail": "Already taken"} for name in columns]
    return problem(AlreadyExists(errors=errors), request.scope)


def _pointer(location: Sequence[Any]) -> str:
    """A JSON pointer (RFC 6901) into the request: `/body/…`, `/query/…`, `/path/…` or `/header/…`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
