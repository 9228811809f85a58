"""Documents in the OpenAPI schema what every route shares: its errors and its headers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.errors import PROBLEM_JSON
from app.validation import without_null

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `type` points into the list at `/problems`; switch on `code`.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where: a JSON pointer into the request"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
PROBLEM_CONTENT = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
# What any route can answer: a body or a parameter that cannot be read, a limit reached, a fault of ours.
ALWAYS = {
    "400": "The request cannot be understood",
    "422": "The request is not valid",
    "429": "Too many requests",
    "500": "The server failed",
    "503": "Unavailable for a moment",
}


def install_openapi(app: FastAPI) -> None:
    """Replace FastAPI's schema by one that tells the whole contract."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            _document(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(schema: dict[str, Any]) -> None:
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in schema["paths"].values():
        for method, operation in path.items():
            for parameter in operation.get("parameters", ()):
                without_null(parameter["schema"])  # it is left out or it is there
            responses = operation["responses"]
            responses.pop("422", None)  # FastAPI's own shape
            for status, title in _errors(method, operation).items():
                responses.setdefault(status, {"description": title})
            for status, response in responses.items():
                if status >= "400":
                    response.setdefault("content", PROBLEM_CONTENT)


def _errors(method: str, operation: dict[str, Any]) -> dict[str, str]:
    parameters = operation.get("parameters", [])
    headers = {p["name"].lower() for p in parameters if p["in"] == "header"}
    errors = dict(ALWAYS)
    if operation.get("security"):
        errors |= {"401": "Authentication is required", "403": "This is not allowed"}
    if any(p["in"] == "path" for p in parameters):
        errors["404"] = "There is nothing here"
    if method != "get":
        errors["409"] = "The request conflicts with the present state"
    if "if-match" in headers:
        errors["412"] = "The resource has changed since you read it"
    if "requestBody" in operation:
        errors |= {"413": "The request body is too large", "415": "The body must be application/json"}
    return dict(sorted(errors.items()))
