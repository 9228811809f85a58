"""Cursor pages (keyset pagination): page 10,000 costs what page 1 costs.

A cursor is opaque and signed: it names the last row seen, so a page starts behind it, whatever was
inserted or deleted meanwhile.
"""

import hmac
import json
import operator
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, inspect, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.engine import COMPARES_ROWS
from app.errors import InvalidRequest

T = TypeVar("T")
MAX_LIMIT = 100
SIGNATURE_BYTES = 16


class InvalidCursor(InvalidRequest):
    """The cursor was not made by this API, or belongs to another sort order."""

    code, title = "invalid_cursor", "The cursor is not valid here"


class Page(BaseModel, Generic[T]):
    """Some rows and, when there are more, the cursor to ask for them."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True)
class Sort:
    """A sort order: the column, with the primary key as tie-breaker. Both need one index together."""

    column: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    descending: bool = False

    @property
    def name(self) -> str:
        """How the order is named in a cursor."""
        return f"{'-' if self.descending else ''}{self.column.key}"

    @cached_property
    def order_by(self) -> list[ColumnElement[Any]]:
        """The ORDER BY clause."""
        columns = (self.column, self.key)
        return [column.desc() if self.descending else column.asc() for column in columns]

    def behind(self, value: Any, key: Any) -> ColumnElement[bool]:
        """The rows behind the one with this value and key, so that an index is read from there on."""
        after = operator.lt if self.descending else operator.gt
        if COMPARES_ROWS:
            comparison: ColumnElement[bool] = after(tuple_(self.column, self.key), (value, key))
            return comparison
        return or_(after(self.column, value), and_(self.column == value, after(self.key, key)))


class PageParams:
    """What the caller asked for: `limit` rows behind `cursor`."""

    def __init__(self, request: Request, response: Response, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self._url = request.url
        self._response = response
        self._cursor = cursor
        self._keys: tuple[bytes, ...] = request.app.state.settings.derived_keys("cursor")

    def position(self, sort: Sort) -> tuple[Any, Any] | None:
        """The value and key of the last row seen. Raises InvalidCursor."""
        if self._cursor is None:
            return None
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
        value, key = (
            _adapter(column.type.python_type).validate_python(text)
            for column, text in zip((sort.column, sort.key), position, strict=True)
        )
        return value, key

    def announce(self, sort: Sort, last: Any) -> str:
        """Make the cursor behind the row `last`, and the Link header that leads there (RFC 8288)."""
        position = (getattr(last, sort.column.key), getattr(last, sort.key.key))
        payload = json.dumps([sort.name, *map(_plain, position)], separators=(",", ":")).encode()
        cursor = urlsafe_b64encode(payload + _sign(self._keys[0], payload)).rstrip(b"=").decode()
        target = self._url.include_query_params(cursor=cursor)
        self._response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
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


async def paginate(
    session: AsyncSession, query: Select[Any], sort: Sort, params: PageParams, item: type[BaseModel]
) -> Page[Any]:
    """Read one page of `query`. One row more than asked for tells whether there is a next one: no count."""
    if position := params.position(sort):
        query = query.where(sort.behind(*position))
    query = query.order_by(*sort.order_by).limit(params.limit + 1)
    columns = _columns(sort, item)
    if columns is None:
        rows: Sequence[Any] = (await session.scalars(query)).all()
    else:
        # Columns, not entities: nothing here is changed, and a row costs half of an entity.
        rows = (await session.execute(query.with_only_columns(*columns))).all()
    shown = rows[: params.limit]
    cursor = params.announce(sort, shown[-1]) if len(rows) > params.limit else None
    if columns is not None:
        # Pydantic reads a dictionary faster than a row.
        shown = [dict(zip(item.model_fields, row, strict=False)) for row in shown]
    return Page(items=[item.model_validate(row) for row in shown], next_cursor=cursor)


@cache
def _columns(sort: Sort, item: type[BaseModel]) -> list[ColumnElement[Any]] | None:
    """The columns of the item's fields, then those of the sort order. None: it shows more than columns."""
    known = inspect(sort.column.class_).column_attrs
    names = dict.fromkeys((*item.model_fields, sort.column.key, sort.key.key))
    if not names.keys() <= set(known.keys()):
        return None
    return [known[name].columns[0].label(name) for name in names]


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _sign(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:SIGNATURE_BYTES]


def _plain(value: Any) -> str | int:
    if isinstance(value, str | int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
