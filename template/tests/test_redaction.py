"""What must not be in a log: planted in every place that a value can come from."""

import logging
from typing import Any

import pytest
import structlog

from app.redaction import redact_text
from tests.fixtures.logs import Logged

CANARY = "canary7"
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to jo.doe+x@example.com", "write to [redacted]@example.com"),
        ("postgresql+asyncpg://user:canary7@db:5432/app", "postgresql+asyncpg://[redacted]@db:5432/app"),
        ("Authorization: Bearer canary7-canary7", "Authorization: Bearer [redacted]"),
        ("authorization=basic Y2FuYXJ5Nw==", "authorization=basic [redacted]"),
        ("got eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "got [redacted]"),
        ("GET /verify?token=canary7&x=1", "GET /verify?token=[redacted]&x=1"),
        ("smtp_password=canary7 host=mail", "smtp_password=[redacted] host=mail"),
        ("x-api-key=canary7", "x-api-key=[redacted]"),
        ("{'password': 'canary7', 'name': 'Jo'}", "{'password': '[redacted]', 'name': 'Jo'}"),
        ('{"refresh_token":"canary7"}', '{"refresh_token":"[redacted]"}'),
        (f"paid with {CARD} today", "paid with [redacted] today"),
        ("paid with 4111-1111-1111-1111", "paid with [redacted]"),
        ("paid with 378282246310005", "paid with [redacted]"),
    ],
)
def test_what_looks_like_a_secret_is_redacted(text: str, expected: str) -> None:
    """Whatever stands around it stays, so that the line is still of use."""
    assert expected == redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",  # fails the Luhn check
        "2026-11-23T04:15:07.362135Z",
        "01a206ac-a03b-7281-9b8f-201dfb992818",
        "https://api.example.com/v1?limit=5",
        "a = b",
        "{'name': 'Jo'}",
    ],
)
def test_what_does_not_is_left(text: str) -> None:
    """Numbers, moments, ids and addresses of pages."""
    assert text == redact_text(text)


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "SECRET_KEY",
        "access_token",
        "Authorization",
        "set-cookie",
        "apiKey",
        "card",
        "cvv",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        lambda key: {key: CANARY},
        lambda key: {"data": {key: CANARY}},
        lambda key: {"data": [{"deep": ({key: CANARY},)}]},
        lambda key: {"data": {key: {"deeper": CANARY}}},
    ],
    ids=["line", "dictionary", "list", "branch"],
)
def test_a_value_under_a_telling_key_is_redacted(logged: Logged, key: str, place: Any) -> None:
    """However deep it lies."""
    structlog.get_logger("x").info("event", **place(key), harmless="kept")

    [line] = logged("event")
    assert CANARY not in str(line)
    assert "kept" == line["harmless"]


@pytest.mark.parametrize("value", [[CARD], {"a": CARD}, (CARD,), {CARD}, ValueError(CARD), CARD])
def test_a_telling_value_is_redacted_under_any_key(logged: Logged, value: object) -> None:
    """In every kind of container, and in what is no text until it is printed."""
    structlog.get_logger("x").info("event", seen=value)

    [line] = logged("event")
    assert "1111" not in str(line)
    assert "[redacted]" in str(line["seen"])


def test_numbers_and_nothing_keep_their_kind(logged: Logged) -> None:
    """A log is searched by them."""
    values = {"count": 3, "share": 0.5, "done": True, "none": None, "nested": {"count": 3, "none": None}}

    structlog.get_logger("x").info("event", **values)

    [line] = logged("event")
    assert values == {name: line[name] for name in values}


def raise_with_secrets() -> None:
    password = CANARY  # a local variable of the frame that raises
    try:
        raise KeyError(f"token={password}")
    except KeyError as error:
        error.add_note(f"the card was {CARD}")
        raise ValueError(f"login of jo.doe@example.com failed: {{'password': '{password}'}}") from error


@pytest.mark.parametrize(
    "log", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"]
)
def test_an_exception_tells_no_secret(logged: Logged, log: Any) -> None:
    """Not in its message, its cause, its notes nor the variables of its frames."""
    try:
        raise_with_secrets()
    except ValueError:
        log.exception("failed")

    [line] = logged("failed")
    assert ["ValueError", "KeyError"] == [error["exc_type"] for error in line["exception"]]
    for canary in (CANARY, "jo.doe", "1111"):
        assert canary not in str(line)


def test_a_librarys_line_tells_no_secret(logged: Logged) -> None:
    """Arguments and extra fields of the standard library's logging are redacted like ours."""
    logging.getLogger("library").warning(
        "connecting to %s", f"https://user:{CANARY}@example.com", extra={"token": CANARY, "size": 3}
    )

    [line] = logged("connecting to https://[redacted]@example.com")
    assert CANARY not in str(line)
    assert ("library", "warning", 3) == (line["logger"], line["level"], line["size"])
