"""Lists: what grows with use is paginated."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from app.http import Router
from app.marks import bounded
from app.pagination import Page, Paging
from tests.rules.operations import Operation, refuse, service_of


def without_pages(operations: Iterable[Operation]) -> Iterator[str]:
    """A list is a Page, read by `paginate`, or @bounded."""
    for operation in operations:
        answer = operation.route.response_model
        if _is_page(answer):
            if not operation.asks_for(Paging):
                yield f"{operation}: answers with a Page that nobody can turn; take `paging: Paging`"
        elif _is_list(answer) and not operation.is_marked("bounded"):
            yield (
                f"{operation}: answers with a whole list; return a Page by `paginate_mine(…)`, "
                "or mark it @bounded (app.marks) when it cannot grow with use"
            )


def _is_page(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, Page)


def _is_list(answer: Any) -> bool:
    if answer is None:
        return False
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    return any(option.get("type") == "array" for option in (schema, *schema.get("anyOf", ())))


def test_every_list_is_paginated_or_bounded(operations: list[Operation]) -> None:
    refuse(without_pages(operations))


class Thing(BaseModel):
    name: str


@pytest.mark.parametrize("answer", [list[Thing], tuple[int, ...], list[Thing] | None])
def test_a_whole_list_is_seen(answer: Any) -> None:
    router = Router()

    @router.get("/all", response_model=answer)
    async def everything() -> None: ...

    @router.get("/few", response_model=answer)
    @bounded
    async def few() -> None: ...

    [offender] = without_pages(service_of(router))
    assert "GET /all" in offender


def test_a_page_that_nobody_can_turn_is_seen() -> None:
    router = Router()

    @router.get("/first", response_model=Page[Thing])
    async def first() -> None: ...

    @router.get("/all", response_model=Page[Thing])
    async def everything(paging: Paging) -> None: ...

    [offender] = without_pages(service_of(router))
    assert "GET /first" in offender
