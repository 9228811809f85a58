"""Router: one request, one transaction, committed before the response starts."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.params import Form
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, Origin, set_origin
from app.errors import UnsupportedMediaType
from app.http.idempotency import HEADER, declare_header, is_repeatable, once

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Router(APIRouter):
    """FastAPI's APIRouter for endpoints that ask for a `Session`.

    The endpoint runs in one transaction. It is committed before the response starts, rolled back on any
    error, and run again when the database asks for it. Unsafe methods take an `Idempotency-Key`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=TransactionRoute, **options)

    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        dependencies: Sequence[DependsParam] | None = None,
        **options: Any,
    ) -> None:
        """Add a route, declaring the Idempotency-Key header where it is taken."""
        dependencies = list(dependencies or ())
        if any(is_repeatable(endpoint, method) for method in methods or ()):
            dependencies.append(Depends(declare_header))
        super().add_api_route(path, endpoint, methods=methods, dependencies=dependencies, **options)


class TransactionRoute(APIRoute):
    """A route whose endpoint runs in a transaction."""

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler, which runs the endpoint and serialises its answer without sending it."""
        handle = super().get_route_handler()
        endpoint = self.endpoint
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)
        public = getattr(endpoint, "public", False)

        async def in_transaction(request: Request) -> Response:
            if takes_json:
                _demand_json(request)
            keyed = HEADER in request.headers and is_repeatable(endpoint, request.method)
            database: Database = request.app.state.database

            async def work(session: AsyncSession) -> Response:
                request.state.session = session
                set_origin(session, _origin(request))
                return await (once(request, session, handle, public=public) if keyed else handle(request))

            return await database.run(work, read_only=request.method in SAFE_METHODS)

        return in_transaction


def _origin(request: Request) -> Origin:
    user_agent = request.headers.get("user-agent")
    return Origin(
        address=request.client.host[:45] if request.client else None,  # a proxy may tell anything
        user_agent=user_agent[:200] if user_agent else None,
        request_id=request.scope["request_id"],
    )


def _demand_json(request: Request) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type and content_type != "application/json" and not content_type.endswith("+json"):
        raise UnsupportedMediaType
