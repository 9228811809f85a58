"""What goes out: no secret, and every error in one shape."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from fastapi import FastAPI

from app.errors import PROBLEM_JSON
from app.http import Router, never_stored
from app.validation import IssuedSecret, ResponseModel
from tests.rules.operations import SAFE_METHODS, Operation, operations_of, refuse, service_of
from tests.rules.schemas import Schema, walk

SECRET = re.compile(r"passw|secret|token|credential|hash|(api|private)_?key", re.IGNORECASE)
# Any route can be asked in a way that cannot be read, be asked too often, or fail.
EVERYWHERE = {"400", "422", "429", "500", "503"}


def shown_secrets(operations: Iterable[Operation]) -> Iterator[str]:
    """No response shows what looks like a secret, unless it is its purpose; then it is stored nowhere."""
    for operation in operations:
        for place, schema in _shown(operation):
            if schema.get("format") == "password":
                if operation.method not in SAFE_METHODS and not operation.is_marked("never_stored"):
                    yield f"{operation}: {place} is kept under its Idempotency-Key; mark it @never_stored"
            elif SECRET.search(place.rpartition(".")[2]):
                yield (
                    f"{operation}: shows {place}; leave it out of the model, "
                    "or, when showing it is the purpose, give it the type IssuedSecret (app.validation)"
                )


def odd_errors(operations: Iterable[Operation]) -> Iterator[str]:
    """Every error is documented, as application/problem+json."""
    for operation in operations:
        errors = {status: answer for status, answer in _responses(operation).items() if _is_error(status)}
        if operation.schema and (missing := EVERYWHERE - errors.keys()):
            yield f"{operation}: does not document {', '.join(sorted(missing))}; see app/http/openapi.py"
        for status, answer in errors.items():
            if [PROBLEM_JSON] != list(answer.get("content", ())):
                yield (
                    f"{operation}: answers {status} other than as {PROBLEM_JSON}; "
                    f"raise an AppError and declare it without a model: responses={{{status}: {{}}}}"
                )


def _shown(operation: Operation) -> Iterator[tuple[str, Schema]]:
    """Every text in a response, unless it is always the same."""
    contents = [
        content for answer in _responses(operation).values() for content in answer.get("content", {}).values()
    ]
    for content in contents:
        for place, schema in walk(content.get("schema", {}), operation.document, "response"):
            if schema.get("type") == "string" and "const" not in schema:
                yield place, schema


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = operation.schema.get("responses", {})
    return responses


def _is_error(status: str) -> bool:
    return status[0] not in "123"  # 4XX, 5XX and `default` are


def test_no_response_shows_a_secret(operations: list[Operation]) -> None:
    refuse(shown_secrets(operations))


class Key(ResponseModel):
    hint: str
    api_key: str
    key_type: Literal["secret"]
    token_count: int


class NewKey(ResponseModel):
    key: IssuedSecret


def test_a_secret_in_a_response_is_seen() -> None:
    """However deep, by its name; a number or a constant is none."""
    router = Router()

    @router.get("/keys", response_model=dict[str, list[Key] | None])
    async def endpoint() -> None: ...

    [offender] = shown_secrets(service_of(router))
    assert "GET /keys" in offender
    assert "shows response[][].api_key;" in offender


def test_a_secret_that_would_be_stored_is_seen() -> None:
    router = Router()

    @router.post("/keys", response_model=NewKey)
    async def stored() -> None: ...

    @router.post("/tokens", response_model=NewKey)
    @never_stored
    async def not_stored() -> None: ...

    [offender] = shown_secrets(service_of(router))
    assert "POST /keys" in offender


def test_every_error_is_declared_as_a_problem(operations: list[Operation]) -> None:
    refuse(odd_errors(operations))


def test_an_error_of_another_shape_is_seen() -> None:
    router = Router()

    @router.get("/things", responses={402: {"model": Key}, 410: {"description": "It is gone"}})
    async def endpoint() -> None: ...

    [offender] = odd_errors(service_of(router))
    assert "GET /things" in offender
    assert "answers 402 other than as application/problem+json" in offender


def test_undocumented_errors_are_seen() -> None:
    """As FastAPI leaves it, without app/http/openapi.py."""
    app = FastAPI()
    app.get("/things/{name}")(lambda name: None)

    missing, odd = odd_errors(operations_of(app))
    assert "does not document 400, 429, 500, 503" in missing
    assert "answers 422 other than as" in odd
