"""Walking the routes, however deep FastAPI nests them."""

from fastapi import APIRouter, FastAPI
from starlette.types import Scope

from app.http.route import allowed_methods, api_routes, route_template


def nested() -> FastAPI:
    inner, outer, app = APIRouter(prefix="/inner"), APIRouter(prefix="/outer"), FastAPI(openapi_url=None)

    @inner.get("/{number}")
    @inner.patch("/{number}")
    async def endpoint(number: int) -> None: ...

    @inner.delete("/all")
    async def clear() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    return app


def test_each_route_is_found_with_its_full_path() -> None:
    """With the prefixes of all routers above it."""
    found = {route.path_format for route in api_routes(nested().routes)}

    assert {"/outer/inner/{number}", "/outer/inner/all"} == found


def test_the_methods_of_a_path_come_from_every_route_that_matches() -> None:
    """Two routes can match one path."""
    routes = nested().routes

    assert ["GET", "PATCH"] == allowed_methods(routes, "/outer/inner/7")
    assert ["DELETE", "GET", "PATCH"] == allowed_methods(routes, "/outer/inner/all")
    assert [] == allowed_methods(routes, "/inner/7")


def test_a_request_that_met_no_route_has_no_template() -> None:
    """Such as one that middleware refused."""
    scope: Scope = {"type": "http"}

    assert route_template(scope) is None
