"""Cursors: opaque, signed, and naming the last row seen."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request, Response

from app.errors import InvalidRequest
from app.pagination.sort import POSITION, ROWS, Sort

MAX_LIMIT = 100
SIGNATURE_BYTES = 16


class InvalidCursor(InvalidRequest):
    """The cursor was not made by this API, or belongs to another sort order."""

    code, title = "invalid_cursor", "The cursor is not valid here"


class PageParams:
    """What the caller asked for: `limit` rows behind `cursor`."""

    def __init__(self, request: Request, response: Response, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self._request = request
        self._response = response
        self._cursor = cursor
        self._keys: tuple[bytes, ...] = request.app.state.settings.derived_keys("cursor")

    def values(self, sort: Sort) -> dict[str, Any]:
        """ROWS and, behind a cursor, POSITION: value and key of the last row seen. Raises InvalidCursor."""
        rows = {ROWS: self.limit + 1}
        if self._cursor is None:
            return rows
        try:
            raw = urlsafe_b64decode(self._cursor + "=" * (-len(self._cursor) % 4))
        except ValueError:
            raise InvalidCursor from None
        payload, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if not any(hmac.compare_digest(signature, _sign(key, payload)) for key in self._keys):
            raise InvalidCursor
        name, *position = json.loads(payload)
        if name != sort.name:
            raise InvalidCursor("The cursor belongs to another sort order.")
        return rows | {
            parameter: adapter.validate_python(text)
            for parameter, adapter, text in zip(POSITION, sort.adapters, position, strict=True)
        }

    def announce(self, sort: Sort, last: Any) -> str:
        """Make the cursor behind the row `last`, and the Link header that leads there (RFC 8288)."""
        position = (getattr(last, sort.column.key), getattr(last, sort.key.key))
        payload = json.dumps([sort.name, *map(_plain, position)], separators=(",", ":")).encode()
        cursor = urlsafe_b64encode(payload + _sign(self._keys[0], payload)).rstrip(b"=").decode()
        asked = [pair for pair in self._request.query_params.multi_items() if pair[0] != "cursor"]
        query = urlencode([*asked, ("cursor", cursor)])
        self._response.headers["Link"] = f'<{quote(self._request.url.path)}?{query}>; rel="next"'
        return cursor


# Not the class itself: FastAPI would call it in a thread.
async def _paging(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many rows at most")] = 50,
    cursor: Annotated[
        str | None,
        Query(
            max_length=512,
            pattern=r"^[A-Za-z0-9_-]{24,}$",
            description="`next_cursor` of the page before",
        ),
    ] = None,
) -> PageParams:
    return PageParams(request, response, limit, cursor)


Paging = Annotated[PageParams, Depends(_paging)]


def _sign(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:SIGNATURE_BYTES]


def _plain(value: Any) -> str | int:
    if isinstance(value, str | int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
