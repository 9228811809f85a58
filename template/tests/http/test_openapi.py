"""What the OpenAPI document tells beyond FastAPI's own; that it holds for every route is shown in rules/."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app import about
from app.errors import PROBLEM_JSON
from app.http import Router
from tests.fixtures import notes
from tests.fixtures.apps import MakeApp


async def test_it_is_served(client: AsyncClient) -> None:
    """With the name of the service."""
    document = (await client.get("/openapi.json")).json()

    assert about.TITLE == document["info"]["title"]


@pytest.mark.parametrize(
    ("method", "path", "errors"),
    [
        ("get", "/notes", {"401", "403", "422"}),
        ("post", "/notes", {"401", "403", "409", "413", "415", "422"}),
        ("get", "/notes/{note_id}", {"401", "403", "404", "422"}),
        ("put", "/notes/{note_id}", {"401", "403", "404", "409", "412", "413", "415", "422"}),
        ("delete", "/notes/{note_id}", {"401", "403", "404", "409", "412", "422"}),
    ],
)
def test_each_operation_tells_the_errors_it_can_answer(
    make_app: MakeApp, method: str, path: str, errors: set[str]
) -> None:
    """401 where a login is needed, 404 where an id is given, 412 where If-Match is taken, and so on."""
    operation = make_app(notes.router).openapi()["paths"][path][method]

    everywhere = {"400", "422", "429", "500", "503"}
    assert errors | everywhere == {status for status in operation["responses"] if status >= "400"}


def test_frameworks_own_error_schema_is_gone(app: FastAPI) -> None:
    """No operation answers with it."""
    schemas = app.openapi()["components"]["schemas"]

    assert "Problem" in schemas
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_an_optional_parameter_is_left_out_not_null(make_app: MakeApp) -> None:
    """There is no null in a header or a query string."""
    parameters = make_app(notes.router).openapi()["paths"]["/notes"]["post"]["parameters"]

    [key] = [parameter for parameter in parameters if parameter["name"] == "idempotency-key"]
    assert (False, "string") == (key["required"], key["schema"]["type"])
    assert "anyOf" not in key["schema"]


def test_an_error_that_a_route_declares_is_a_problem_too(make_app: MakeApp) -> None:
    """With its own description, and without saying the shape again."""
    router = Router()

    @router.get("/dear", responses={402: {"description": "Pay first"}, 404: {"description": "Sold"}})
    async def dear() -> None: ...

    responses = make_app(router).openapi()["paths"]["/dear"]["get"]["responses"]

    assert ("Pay first", "Sold") == (responses["402"]["description"], responses["404"]["description"])
    assert [PROBLEM_JSON] == list(responses["402"]["content"]) == list(responses["404"]["content"])
