"""The family of errors."""

import json

import pytest

from app.errors import (
    AppError,
    Conflict,
    NotFound,
    Unauthorized,
    Unavailable,
    error_of_status,
    problem,
    problem_types,
)

SCOPE = {"path": "/things/7", "request_id": "abc"}


def test_an_error_is_rendered_with_what_it_adds() -> None:
    """Extensions are members of the document, headers those of the response."""
    response = problem(Unavailable("Later.", retry_after=9, checks={"database": "away"}), SCOPE)

    assert (503, "9") == (response.status_code, response.headers["retry-after"])
    assert {
        "type": "/problems#unavailable",
        "title": "The service is unavailable for a moment",
        "status": 503,
        "detail": "Later.",
        "instance": "/things/7",
        "code": "unavailable",
        "request_id": "abc",
        "checks": {"database": "away"},
    } == json.loads(bytes(response.body))


def test_without_a_detail_the_title_stands_for_it() -> None:
    """`detail` is always there."""
    document = json.loads(bytes(problem(NotFound(), SCOPE).body))

    assert document["title"] == document["detail"]


def test_whoever_is_refused_for_lack_of_credentials_is_told_which() -> None:
    """401 carries WWW-Authenticate (RFC 9110 section 11.6.1)."""
    assert {"WWW-Authenticate": "Bearer"} == Unauthorized().headers


def test_text_that_utf_8_cannot_hold_is_escaped() -> None:
    """A path with a lone surrogate does not break the answer."""
    response = problem(NotFound("\ud800"), SCOPE)

    assert rb'"detail":"\ud800"' in response.body


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, NotFound, "not_found"),
        (409, Conflict, "conflict"),
        (505, AppError, "http_version_not_supported"),
    ],
)
def test_a_status_leads_to_its_error(status: int, kind: type[AppError], code: str) -> None:
    """To a plain one when none has this status."""
    error = error_of_status(status)

    assert (kind, status, code) == (type(error), error.status, error.code)


def test_every_kind_is_listed() -> None:
    """Subclasses of subclasses too."""

    class Listed(Conflict):
        """Somewhere below."""

        code = "listed_in_a_test"

    assert {AppError, Conflict, Listed} <= set(problem_types())
