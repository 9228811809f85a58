"""What is not a user's own needs a permission, and whoever lacks it is refused."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth import CurrentUser, Permission, require
from app.auth.permissions import PERMISSIONS
from app.http import Router
from app.marks import public
from app.users import Role
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.rules.operations import Operation, operations_of, refuse, service_of
from tests.rules.requests import send

# The platform's routes on which users meet nothing but what is their own. Features keep theirs apart by
# OwnedRepository, which test_ownership.py tries.
OWN = ("/api/v1/auth/", "/api/v1/users/me", "/api/v1/api-keys")


def doubtful_permissions(operations: Iterable[Operation]) -> Iterator[str]:
    """@require names a permission that is in the table, on a route that finds out who is asking."""
    for operation in operations:
        needed = getattr(operation.endpoint, "permission", None)
        if needed is None:
            continue
        if not isinstance(needed, Permission) or PERMISSIONS.get(needed.name) is not needed:
            yield f"{operation}: @require({needed!r}) is no permission; make one: Permission('things:read')"
        elif not operation.asks_for(CurrentUser):
            yield f"{operation}: @require checks nothing without `current: CurrentUser`; ask for it"


def open_to_all_users(operations: Iterable[Operation]) -> Iterator[str]:
    """A route of the platform that reaches beyond the caller's own things has @require."""
    for operation in operations:
        own = operation.path.startswith(OWN) or operation.endpoint.__module__.startswith("app.features.")
        if not own and not operation.is_marked("public") and not operation.is_marked("permission"):
            yield f"{operation}: any user may call it; mark it @require(…), or name its path in OWN"


def test_every_permission_exists_and_is_checked(operations: list[Operation]) -> None:
    assert any(operation.is_marked("permission") for operation in operations)
    refuse(doubtful_permissions(operations))


def test_a_permission_that_is_checked_by_nobody_is_seen() -> None:
    router = Router()

    @router.get("/unknown")
    @require("things:read")  # type: ignore[arg-type]
    async def unknown(current: CurrentUser) -> None: ...

    @router.get("/unchecked")
    @require(PERMISSIONS["users:read"])
    @public
    async def unchecked() -> None: ...

    first, second = doubtful_permissions(service_of(router))
    assert "GET /unknown" in first
    assert "make one" in first
    assert "GET /unchecked" in second
    assert "ask for it" in second


def test_what_is_not_ones_own_needs_a_permission(operations: list[Operation]) -> None:
    refuse(open_to_all_users(operations))


def test_a_route_of_the_platform_that_is_open_to_all_users_is_seen() -> None:
    router = Router()

    @router.get("/everybody")
    async def everybody(current: CurrentUser) -> None: ...

    [offender] = open_to_all_users(service_of(router))
    assert "GET /everybody" in offender
    assert "any user may call it" in offender


async def let_in(operations: Iterable[Operation], client: AsyncClient, role: Role) -> list[str]:
    """Whoever's role lacks the permission is told so, whatever they ask for."""
    offenders = []
    for operation in operations:
        needed = getattr(operation.endpoint, "permission", None)
        if needed is not None and role not in needed.roles:
            answer = await send(client, operation)
            if answer.status_code != 403 or answer.json()["code"] != "permission_denied":
                offenders.append(f"{operation}: answers {answer.status_code} to whoever lacks {needed.name}")
    return offenders


async def test_nobody_does_what_their_role_may_not(app: FastAPI, alice: AsyncClient) -> None:
    refuse(await let_in(operations_of(app), alice, Role.USER))


async def test_a_permission_that_lets_everybody_in_is_seen(make_app: MakeApp, login: Login) -> None:
    router = Router()

    @router.get("/things")
    @require(PERMISSIONS["users:read"])
    async def things() -> None: ...

    app = make_app(router)
    alice = await login("alice@example.com", app=app)

    [offender] = await let_in([one for one in operations_of(app) if one.path == "/things"], alice, Role.USER)
    assert "GET /things" in offender
    assert "answers 200 to whoever lacks users:read" in offender
