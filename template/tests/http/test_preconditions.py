"""ETag and If-Match."""

from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import Response
from httpx2 import AsyncClient

from app.db import Versioned
from app.errors import PreconditionFailed
from app.http.preconditions import Precondition, etag

ROW = cast(Versioned, SimpleNamespace(version=3))


def test_the_version_is_the_etag() -> None:
    """As a strong tag (RFC 9110 section 8.8.3)."""
    response = Response()

    etag(response, ROW)

    assert '"3"' == response.headers["etag"]


@pytest.mark.parametrize("tags", [None, "*", '"3"', '"2", "3"', '"2","3"'])
def test_the_current_version_passes(tags: str | None) -> None:
    """Alone, in a list, by the star, or when nothing is demanded."""
    Precondition(tags).check(ROW)


@pytest.mark.parametrize("tags", ['"2"', 'W/"3"', '""', '"2", W/"3"', '"33"'])
def test_another_version_is_refused_with_the_current_one(tags: str) -> None:
    """A weak tag never matches (RFC 9110 section 13.1.1)."""
    with pytest.raises(PreconditionFailed) as refusal:
        Precondition(tags).check(ROW)

    assert {"ETag": '"3"'} == refusal.value.headers


@pytest.mark.parametrize("malformed", ["3", '"3', "W/3", '"3" "4"', '"\x80"', '"' + "x" * 200 + '"'])
async def test_a_malformed_header_is_invalid(alice: AsyncClient, malformed: str) -> None:
    """It is refused, not taken for no condition."""
    headers = {b"If-Match": malformed.encode("latin-1")}
    response = await alice.patch("/api/v1/users/me", json={}, headers=headers)

    assert (422, "/header/if-match") == (response.status_code, response.json()["errors"][0]["pointer"])
