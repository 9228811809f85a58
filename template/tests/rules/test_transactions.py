"""One request, one transaction: who opens it, who commits it, and that a repeated request is done once."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from fastapi import APIRouter

from app.auth import CurrentUser
from app.db import Session
from app.http import Router, never_stored
from app.http.routing import TransactionRoute
from tests.rules.operations import SAFE_METHODS, Operation, refuse, service_of
from tests.rules.sources import sources, uses

# `Database.run` commits; nobody else does.
COMMITS = "app/db/session.py"


def without_transaction(operations: Iterable[Operation]) -> Iterator[str]:
    """Whoever asks for a Session, however deep, is on app.http.Router, which opens and commits it."""
    for operation in operations:
        if operation.asks_for(Session) and not _in_transaction(operation):
            yield f"{operation}: asks for a Session outside a transaction; take `Router` of app.http"


def unrepeatable(operations: Iterable[Operation]) -> Iterator[str]:
    """Whatever changes something takes an Idempotency-Key, unless its answer must not be stored."""
    for operation in operations:
        if operation.method in SAFE_METHODS:
            continue
        takes_key = "idempotency-key" in {parameter["name"].lower() for parameter in operation.parameters}
        never = operation.is_marked("never_stored")
        if never and takes_key:
            yield f"{operation}: is @never_stored and yet takes the key; put the mark below @router.…"
        if not never and not (takes_key and _in_transaction(operation)):
            yield f"{operation}: sent twice, it is done twice; take `Router` of app.http"


def commits(files: Mapping[str, ast.Module]) -> Iterator[str]:
    """A commit in the middle cuts the request's transaction in two."""
    for path, tree in files.items():
        for line in uses(tree, "commit"):
            if path != COMMITS:
                yield (
                    f"{path}:{line}: commits; leave it to the Router, take "
                    "after_commit or after_rollback of app.db, or Database.run outside of a request"
                )


def _in_transaction(operation: Operation) -> bool:
    return isinstance(operation.route.original_route, TransactionRoute)


def test_every_session_is_in_a_transaction(operations: list[Operation]) -> None:
    assert any(operation.asks_for(Session) for operation in operations)
    refuse(without_transaction(operations))


def test_a_session_on_a_plain_router_is_seen() -> None:
    router = APIRouter()

    @router.get("/plain")
    async def endpoint(current: CurrentUser) -> None: ...

    [offender] = without_transaction(service_of(router))
    assert "GET /plain" in offender


def test_every_unsafe_request_can_be_repeated(operations: list[Operation]) -> None:
    assert any(operation.method not in SAFE_METHODS for operation in operations)
    refuse(unrepeatable(operations))


def test_a_request_that_cannot_be_repeated_is_seen() -> None:
    plain, router = APIRouter(), Router()

    @plain.get("/safe")
    @plain.post("/plain")
    async def endpoint() -> None: ...

    @never_stored
    @router.post("/marked-too-late")
    async def late() -> None: ...

    @router.put("/good")
    @router.delete("/good")
    async def good() -> None: ...

    offenders = list(unrepeatable(service_of(plain, router)))
    assert ["POST /plain", "POST /marked-too-late"] == [line.partition(" (")[0] for line in offenders]


def test_nothing_else_commits() -> None:
    files = sources()
    assert list(uses(files[COMMITS], "commit"))
    refuse(commits(files))


def test_a_commit_is_seen() -> None:
    tree = ast.parse("async def pay(session):\n    later(session.commit)")

    [offender] = commits({"app/features/bills/service.py": tree})
    assert offender.startswith("app/features/bills/service.py:2: commits;")
