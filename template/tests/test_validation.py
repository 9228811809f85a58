"""What comes in: bounded, without control characters, fit for every database."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import TypeAdapter, ValidationError

from app.http import Router
from app.validation import Email, Line, PatchModel, RequestModel, Secret, Text
from tests.fixtures.apps import Serve


class Everything(RequestModel):
    line: Line = "x"
    text: Text = ""
    secret: Secret = "x"
    number: int = 0
    tree: Any = None


router = Router()


@router.post("/echo")
async def echo(body: Everything) -> dict[str, Any]:
    return {"line": body.line, "text": body.text}


@pytest.fixture
def client(serve: Serve) -> AsyncClient:
    return serve(router)


async def post(client: AsyncClient, body: str) -> tuple[int, Any]:
    response = await client.post("/echo", content=body, headers={"Content-Type": "application/json"})
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("kind", "raw", "clean"),
    [
        (Line, "  Zoë \U0001f600 ", "Zoë \U0001f600"),
        (Line, "a\x00b\x07c\x7fd\x85e", "abcde"),
        (Line, "two\nlines\tand\r\nmore", "twolinesandmore"),
        (Text, " two\r\nlines\tand\x00 more\n", "two\nlines\tand more"),
        (Text, "", ""),
        (Email, "Alice@EXAMPLE.com", "alice@example.com"),
        (Secret, " as it is\x00 ", " as it is\x00 "),
    ],
)
def test_text_is_cleaned(kind: Any, raw: str, clean: str) -> None:
    """Control characters and space around it go, an address has one spelling; a secret stays as it is."""
    assert clean == TypeAdapter(kind).validate_python(raw)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Line, ""),
        (Line, " \x00 "),
        (Line, "x" * 201),
        (Text, "x" * 10_001),
        (Secret, ""),
        (Secret, "x" * 1025),
        (Email, "x" * 250 + "@example.com"),
        (Email, "not an address"),
        (Email, "a\x00@example.com"),
        (Line, 7),
        (Text, 7),
    ],
)
def test_what_does_not_fit_is_refused(kind: Any, value: object) -> None:
    """Empty, too long, not what it should be, or no text."""
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("field", ["line", "text", "secret"])
async def test_half_a_character_is_refused(client: AsyncClient, field: str) -> None:
    r"""A lone surrogate, which JSON can write as \ud800 and UTF-8 cannot hold."""
    status, problem = await post(client, f'{{"{field}": "a\\ud800"}}')

    assert (422, f"/body/{field}") == (status, problem["errors"][0]["pointer"])


async def test_a_name_with_half_a_character_is_refused(client: AsyncClient) -> None:
    """The answer that points to it can still be sent."""
    status, _ = await post(client, '{"\\ud800": 1}')

    assert 422 == status


async def test_an_unknown_field_is_an_error(client: AsyncClient) -> None:
    """Not a silent loss."""
    status, problem = await post(client, '{"lime": "x"}')

    assert (422, "/body/lime") == (status, problem["errors"][0]["pointer"])


DEEP = "[" * 5_000 + "]" * 5_000
DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    "hostile",
    ["[" * 100_000, '{"tree":' * 5_000, f'{{"tree": {DEEP}}}', f'{{"number": {DIGITS}}}'],
    ids=["deep array", "deep object", "deep and valid", "huge number"],
)
async def test_a_body_made_to_break_the_parser_breaks_nothing(client: AsyncClient, hostile: str) -> None:
    """Neither depth nor digits are an error of ours; how much is taken differs from Python to Python."""
    status, _ = await post(client, hostile)

    assert status in {200, 400, 422}


@pytest.mark.parametrize("number", ["1e400", "NaN", "1.5", '"1.5"'])
async def test_a_number_that_is_no_integer_is_refused(client: AsyncClient, number: str) -> None:
    """Infinite or fractional."""
    status, _ = await post(client, f'{{"number": {number}}}')

    assert 422 == status


class Change(PatchModel):
    name: Line | None = None
    age: int | None = None

    nullable = frozenset({"name"})


def test_a_patch_holds_what_was_sent() -> None:
    """What is left out stays as it is."""
    assert {"name": None} == Change.model_validate({"name": None}).model_dump(exclude_unset=True)
    assert {} == Change.model_validate({}).model_dump(exclude_unset=True)


def test_the_contract_says_which_fields_take_null() -> None:
    """A client need not try."""
    properties = Change.model_json_schema()["properties"]

    assert "integer" == properties["age"]["type"]
    assert {"type": "null"} in properties["name"]["anyOf"]


def test_null_is_refused_where_the_column_takes_none() -> None:
    """By the name of the field."""
    with pytest.raises(ValidationError, match="null is not allowed for age"):
        Change.model_validate(json.loads('{"age": null, "name": null}'))
