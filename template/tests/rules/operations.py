"""What the rules look at: every operation of a service, its route and what the contract says of it."""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from fastapi import APIRouter, FastAPI

from app.db.migrations import ROOT
from app.http.openapi import install_openapi
from app.http.route import api_routes

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    method: str
    route: Any
    document: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({where(self.endpoint)})"

    @property
    def path(self) -> str:
        """The full template, such as `/api/v1/notes/{note_id}`."""
        return str(self.route.path_format)

    @property
    def endpoint(self) -> Any:
        return self.route.endpoint

    @property
    def schema(self) -> dict[str, Any]:
        """What the OpenAPI document says; nothing when the route is hidden from it."""
        found: dict[str, Any] = self.document["paths"].get(self.path, {}).get(self.method.lower(), {})
        return found

    @property
    def parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.schema.get("parameters", [])
        return found

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of the request body."""
        contents = self.schema.get("requestBody", {}).get("content", {})
        return next((content["schema"] for content in contents.values()), None)

    def is_marked(self, mark: str) -> bool:
        """Whether the endpoint says so of itself: @public, @bounded, @never_stored."""
        return bool(getattr(self.endpoint, mark, False))

    def asks_for(self, alias: Any) -> bool:
        """Whether a dependency alias such as `CurrentUser` stands anywhere in its tree of dependencies."""
        origin, depends = get_args(alias)
        return (depends.dependency or origin) in set(_calls(self.route.dependant))


def operations_of(app: FastAPI) -> list[Operation]:
    """Every operation of an application."""
    document = app.openapi()
    return [
        Operation(method, route, document)
        for route in api_routes(app.routes)
        for method in sorted(route.methods)
    ]


def service_of(*routers: APIRouter) -> list[Operation]:
    """The operations of a service made of these routers only: for the proof that a rule sees an offender."""
    app = FastAPI()
    install_openapi(app)
    for router in routers:
        app.include_router(router)
    return operations_of(app)


def where(code: Any) -> str:
    """The file and line of a function or class."""
    code = inspect.unwrap(code)
    if not inspect.isfunction(code) and not inspect.isclass(code):
        return str(getattr(code, "__module__", code))
    file = inspect.getsourcefile(code) or "?"
    return f"{file.removeprefix(f'{ROOT}/')}:{inspect.getsourcelines(code)[1]}"


def refuse(offenders: Iterable[str]) -> None:
    """Fail with one line for each offender: the place and the fix."""
    if lines := list(offenders):
        pytest.fail("\n".join(["", *lines]), pytrace=False)


def _calls(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)
