"""Which route a request took, and all the routes there are.

FastAPI nests included routers, so a route alone does not know its full path; this is the one place that
knows where FastAPI keeps it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope


def route_template(scope: Scope) -> str | None:
    """The full template of the matched route, such as `/api/v1/invoices/{invoice_id}`, or None."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    if context is not None:
        return str(context.path_format)
    route = scope.get("route")
    return getattr(route, "path_format", None)


def api_routes(routes: Sequence[BaseRoute]) -> Iterator[Any]:
    """Every API route with its full `path_format`, `methods`, `endpoint` and `dependant`."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIRoute):
            yield context


def allowed_methods(routes: Sequence[BaseRoute], path: str) -> list[str]:
    """The methods that a path answers to: RFC 9110 section 15.5.6 wants them all in `Allow`."""
    methods: set[str] = set()
    for context in iter_route_contexts(routes):
        if _matches(context, path):
            methods |= set(context.methods or ())
    return sorted(methods)


def _matches(context: RouteContext, path: str) -> bool:
    pattern = getattr(context, "path_regex", None)
    return pattern is not None and pattern.match(path) is not None
