"""Every error is a problem document (RFC 9457)."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, Query
from httpx2 import AsyncClient
from pydantic import Field
from starlette.exceptions import HTTPException

from app.auth.models import RefreshToken
from app.db import Session, new_id, utc_now
from app.http import Router
from app.validation import RequestModel
from tests.fixtures import notes
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp, Serve


class Part(RequestModel):
    price: int


class Order(RequestModel):
    parts: list[Part]
    slash_and_tilde: Annotated[int, Field(alias="a/b~c")] = 0


def orders() -> Router:
    router = Router()

    @router.post("/orders/{number}")
    async def create(number: int, order: Order, limit: Annotated[int, Query(le=5)] = 1) -> None: ...

    return router


async def test_the_document_has_every_member(client: AsyncClient) -> None:
    """The five of RFC 9457, the code to switch on and the request id to quote."""
    response = await client.get("/nowhere")

    problem = response.json()
    assert response.headers["x-request-id"] == problem.pop("request_id")
    assert {
        "type": "/problems#not_found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "Not Found",
        "instance": "/nowhere",
        "code": "not_found",
    } == problem
    assert "application/problem+json" == response.headers["content-type"]


async def test_a_wrong_method_is_told_all_the_right_ones(client: AsyncClient) -> None:
    """Allow lists the methods of every route on this path (RFC 9110 section 15.5.6)."""
    response = await client.put("/api/v1/users/me")

    assert (405, "method_not_allowed") == (response.status_code, response.json()["code"])
    assert "GET, PATCH" == response.headers["allow"]


async def test_a_body_that_cannot_be_read_is_refused(serve: Serve) -> None:
    """Where it stops being JSON is told."""
    response = await serve(orders()).post(
        "/orders/1", content=b'{"parts": ', headers={"Content-Type": "application/json"}
    )

    assert (422, "invalid_request") == (response.status_code, response.json()["code"])
    assert [("/body/10", "json_invalid")] == [(e["pointer"], e["code"]) for e in response.json()["errors"]]


async def test_each_invalid_value_is_pointed_at(serve: Serve) -> None:
    """By a JSON pointer (RFC 6901) into body or query."""
    response = await serve(orders()).post(
        "/orders/x?limit=6",
        json={"parts": [{"price": 1}, {"price": "much"}], "a/b~c": "x", "unknown": 1},
    )

    assert 422 == response.status_code
    assert {
        ("/path/number", "int_parsing"),
        ("/query/limit", "less_than_equal"),
        ("/body/parts/1/price", "int_parsing"),
        ("/body/a~1b~0c", "int_parsing"),
        ("/body/unknown", "extra_forbidden"),
    } == {(error["pointer"], error["code"]) for error in response.json()["errors"]}


async def test_a_rejected_value_is_not_repeated(serve: Serve) -> None:
    """It can be a secret, and it ends up in the caller's logs."""
    body = {"parts": [{"price": "p-canary-" + "x" * 2000}]}

    response = await serve(orders()).post("/orders/1", json=body)

    assert 422 == response.status_code
    assert "canary" not in response.text


async def test_a_taken_value_names_the_field(make_app: MakeApp, login: Login) -> None:
    """What the database finds twice is 409 with the field."""
    alice = await login("alice@example.com", app=make_app(notes.router))
    await alice.post("/notes", json={"title": "Once"})

    response = await alice.post("/notes", json={"title": "Once"})

    assert (409, "already_exists") == (response.status_code, response.json()["code"])
    assert "/body/title" in [error["pointer"] for error in response.json()["errors"]]


async def test_another_broken_constraint_is_a_conflict(serve: Serve) -> None:
    """Its name, the table and the SQL are ours."""
    router = Router()

    @router.post("/break")
    async def endpoint(session: Session) -> None:
        session.add(RefreshToken(session_id=new_id(), token_hash="x", expires_at=utc_now()))

    response = await serve(router).post("/break")

    assert (409, "constraint_violated") == (response.status_code, response.json()["code"])
    assert "refresh_tokens" not in response.text


@pytest.mark.parametrize(
    ("status", "code"), [(402, "payment_required"), (451, "unavailable_for_legal_reasons")]
)
async def test_an_error_of_the_framework_is_one_of_ours(serve: Serve, status: int, code: str) -> None:
    """HTTPException with a status that has no class here keeps status, detail and headers."""
    router = Router()

    def guard() -> None:
        raise HTTPException(status, "Look elsewhere", headers={"X-Reason": "because"})

    @router.get("/guarded", dependencies=[Depends(guard)])
    async def endpoint() -> Any: ...

    response = await serve(router).get("/guarded")

    assert (status, "because") == (response.status_code, response.headers["x-reason"])
    assert (code, "Look elsewhere") == (response.json()["code"], response.json()["detail"])
