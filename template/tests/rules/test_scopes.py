"""All callers are API keys: a route that names no permission is open to nobody."""

from collections.abc import Iterable, Iterator

from app.auth import CurrentUser, public
from app.http import Router
from tests.rules.operations import Operation, refuse, service_of


def open_to_nobody(operations: Iterable[Operation]) -> Iterator[str]:
    """Every route that is not @public has @require."""
    for operation in operations:
        if not operation.is_marked("public") and not operation.is_marked("permission"):
            yield (
                f"{operation}: nobody may call it, since no API key has a scope for it; mark it "
                '@require(…) with a Permission("things:read", EVERYBODY) of the feature, or @public'
            )


def test_every_route_has_a_scope(operations: list[Operation]) -> None:
    assert operations
    refuse(open_to_nobody(operations))


def test_a_route_without_a_scope_is_seen() -> None:
    router = Router()

    @router.get("/mine")
    async def mine(current: CurrentUser) -> None: ...

    @router.get("/all")
    @public
    async def everybody() -> None: ...

    [offender] = open_to_nobody(service_of(router))
    assert offender.startswith("GET /mine (tests/rules/test_scopes.py:")
    assert "mark it @require(…)" in offender
