"""Who may call: everything needs a login unless it says otherwise, and nothing hides from these rules."""

from collections.abc import Iterable, Iterator, Sequence

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.websockets import WebSocket

from app.auth import CurrentUser
from app.http import Router
from app.marks import public
from tests.rules.operations import Operation, operations_of, refuse, service_of

FRAMEWORK_PATHS = {"/openapi.json", "/docs/assets/{path}"}


def without_login(operations: Iterable[Operation]) -> Iterator[str]:
    """Every route needs a login or is @public."""
    for operation in operations:
        needs_login, is_public = operation.asks_for(CurrentUser), operation.is_marked("public")
        if needs_login and is_public:
            yield f"{operation}: is @public and yet asks for CurrentUser; take one of them away"
        if not needs_login and not is_public:
            yield f"{operation}: anybody may call it; ask for `current: CurrentUser`, or mark it @public"


def out_of_sight(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """What is no API route (a mounted app, a websocket, a route of Starlette) has no login to look for."""
    for context in iter_route_contexts(routes):
        if not isinstance(context.original_route, APIRoute) and context.path_format not in FRAMEWORK_PATHS:
            kind = type(context.original_route).__name__
            yield f"{context.path_format}: a {kind} passes by every rule; make it a route of app.http.Router"


def outside_the_contract(operations: Iterable[Operation]) -> Iterator[str]:
    """What a feature offers stands under /api/v1 and in the OpenAPI document."""
    for operation in operations:
        of_feature = operation.endpoint.__module__.startswith("app.features.")
        versioned = operation.path.startswith("/api/v1/")
        if of_feature and not versioned:
            yield f"{operation}: is not under /api/v1; let app/discovery.py find its router"
        if (of_feature or versioned) and not operation.schema:
            yield f"{operation}: is not in the contract; take `include_in_schema=False` away"


def test_every_route_needs_a_login_or_is_public(operations: list[Operation]) -> None:
    assert operations
    refuse(without_login(operations))


def test_a_route_without_a_login_is_seen() -> None:
    router = Router()

    @router.get("/open")
    async def endpoint() -> None: ...

    [offender] = without_login(service_of(router))
    assert offender.startswith("GET /open (tests/rules/test_access.py:")
    assert "ask for `current: CurrentUser`, or mark it @public" in offender


def test_a_public_route_with_a_login_is_seen() -> None:
    router = Router()

    @router.get("/both")
    @public
    async def endpoint(current: CurrentUser) -> None: ...

    [offender] = without_login(service_of(router))
    assert "GET /both" in offender


def test_every_route_is_seen_by_these_rules(development_app: FastAPI) -> None:
    refuse(out_of_sight(development_app.routes))


def test_a_websocket_a_mounted_app_and_a_plain_route_are_seen() -> None:
    app, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter()

    @router.websocket("/socket")
    async def socket(socket: WebSocket) -> None: ...

    app.include_router(router, prefix="/nested")
    app.mount("/mounted", FastAPI())
    app.add_route("/plain", lambda request: Response())

    offenders = list(out_of_sight(app.routes))
    assert ["/nested/socket", "/mounted/{path}", "/plain"] == [line.partition(":")[0] for line in offenders]


def test_every_route_of_a_feature_is_in_the_contract(operations: list[Operation]) -> None:
    refuse(outside_the_contract(operations))


def test_a_route_outside_the_contract_is_seen() -> None:
    async def endpoint() -> None: ...

    endpoint.__module__ = "app.features.things.endpoints"
    app = FastAPI()
    app.add_api_route("/things", endpoint)
    app.add_api_route("/api/v1/things", endpoint, include_in_schema=False)

    astray, hidden = outside_the_contract(operations_of(app))
    assert "GET /things" in astray
    assert "GET /api/v1/things" in hidden
