"""What comes in: nothing unknown, and everything has an end."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import Cookie, Header
from pydantic import BaseModel, Field

from app.http import Router
from app.validation import Email, Line, PatchModel, RequestModel, Secret, Text
from tests.rules.operations import Operation, refuse, service_of
from tests.rules.schemas import Schema, walk

TAKE = "take Line, Text, Secret or Email of app.validation, narrowed by Field(max_length=…)"
# What is not a UUID or a date is refused, so these have an end of their own.
BOUNDED_FORMATS = {"uuid", "uuid4", "uuid7", "date", "date-time", "time", "duration", "ipv4", "ipv6"}


def unbounded(operations: Iterable[Operation]) -> Iterator[str]:
    """Every string, list and number of a request has bounds, and a body takes no unknown field."""
    for operation in operations:
        taken = [(f"{p['in']} parameter {p['name']}", p["schema"]) for p in operation.parameters]
        if operation.body is not None:
            taken.append(("body", operation.body))
        for name, whole in taken:
            for place, schema in walk(whole, operation.document, name):
                for flaw in _CHECKS.get(schema.get("type", ""), _anything)(schema):
                    yield f"{operation}: {place} {flaw}"


def _string(schema: Schema) -> Iterator[str]:
    fixed = "enum" in schema or "const" in schema or schema.get("format") in BOUNDED_FORMATS
    if not fixed and "maxLength" not in schema:
        yield f"is a string without an end; {TAKE}"


def _array(schema: Schema) -> Iterator[str]:
    if "maxItems" not in schema:
        yield "is a list without an end; give it Field(max_length=…)"


def _integer(schema: Schema) -> Iterator[str]:
    upper = schema.keys() & {"maximum", "exclusiveMaximum"}
    lower = schema.keys() & {"minimum", "exclusiveMinimum"}
    if not (upper and lower) and not schema.keys() & {"enum", "const"}:
        yield "is a whole number without bounds, larger than any column; give it Field(ge=…, le=…)"


def _object(schema: Schema) -> Iterator[str]:
    others = schema.get("additionalProperties", True)
    if "properties" in schema and others is not False:
        yield "takes unknown fields; derive the model from RequestModel or PatchModel"
    elif "properties" not in schema and others is True:
        yield "takes anything; write a RequestModel"
    elif others is not False and "maxProperties" not in schema:
        yield "is a dictionary without an end; give it Field(max_length=…)"
    elif others is not False and "$ref" not in (keys := schema.get("propertyNames", {})):
        yield from (f"has keys: each {flaw}" for flaw in _string(keys))


def _anything(schema: Schema) -> Iterator[str]:
    if not schema.keys() & {"type", "enum", "const"}:
        yield "takes anything; say what type it has"


_CHECKS = {"string": _string, "array": _array, "integer": _integer, "object": _object}


def test_every_request_is_bounded(operations: list[Operation]) -> None:
    assert any(operation.body for operation in operations)
    refuse(unbounded(operations))


class Part(BaseModel):
    """It derives from the wrong base, and it is not the body itself but inside of it."""

    title: Line


class Tree(RequestModel):
    children: Annotated[list["Tree"], Field(max_length=5)]
    part: Part | None = None


Short = Annotated[str, Field(max_length=5)]


@pytest.mark.parametrize(
    ("kind", "flaw"),
    [
        (str, "body.value is a string without an end"),
        (str | None, "body.value is a string without an end"),
        (int, "body.value is a whole number without bounds"),
        (Annotated[int, Field(ge=0)], "body.value is a whole number without bounds"),
        (list[Short], "body.value is a list without an end"),
        (Annotated[list[str], Field(max_length=5)], "body.value[] is a string without an end"),
        (dict[Short, Short], "body.value is a dictionary without an end"),
        (
            Annotated[dict[str, Short], Field(max_length=5)],
            "body.value has keys: each is a string without an end",
        ),
        (Annotated[dict[Short, str], Field(max_length=5)], "body.value[] is a string without an end"),
        (dict[str, Any], "body.value takes anything"),
        (Any, "body.value takes anything"),
        (Part, "body.value takes unknown fields"),
        (Tree, "body.value.part takes unknown fields"),
    ],
)
def test_what_has_no_end_is_seen(kind: Any, flaw: str) -> None:
    router = Router()
    body = type("Body", (RequestModel,), {"__annotations__": {"value": kind}})

    @router.post("/things")
    async def endpoint(new: body) -> None: ...  # type: ignore[valid-type]

    [offender] = unbounded(service_of(router))
    assert flaw in offender


def test_a_parameter_without_an_end_is_seen() -> None:
    router = Router()

    @router.get("/things/{name}")
    async def endpoint(
        name: str, q: str, number: int, x_tag: Annotated[str, Header()], crumb: Annotated[str, Cookie()]
    ) -> None: ...

    offenders = list(unbounded(service_of(router)))
    places = ["path parameter name", "query parameter q", "query parameter number"]
    places += ["header parameter x-tag", "cookie parameter crumb"]
    assert len(places) == len(offenders)
    assert all(place in offender for place, offender in zip(places, offenders, strict=True))


def test_what_has_an_end_passes() -> None:
    router = Router()

    class Good(PatchModel):
        line: Line
        text: Text | None
        secret: Secret
        email: Email
        kind: Literal["a", "b"]
        count: Annotated[int, Field(gt=0, lt=9)]
        price: Decimal
        weight: float
        day: date
        flag: bool
        ids: Annotated[list[UUID], Field(max_length=3)]
        shares: Annotated[dict[UUID, float], Field(max_length=3)]

    @router.put("/things/{thing_id}")
    async def endpoint(thing_id: UUID, good: Good) -> None: ...

    assert [] == list(unbounded(service_of(router)))
