"""One page of a list: the rows behind a cursor, and the cursor to go on with."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Row, Select, bindparam, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import OwnedRepository
from app.pagination.cursor import PageParams
from app.pagination.sort import POSITION, Sort

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Some rows and, when there are more, the cursor to ask for them."""

    items: list[T]
    next_cursor: str | None


async def paginate(
    session: AsyncSession, query: Select[Any], sort: Sort, params: PageParams, item: type[BaseModel]
) -> Page[Any]:
    """Read one page of `query`. One row more than asked for tells whether there is a next one: no count."""
    values = params.values(sort)
    statement = sort.one_page(query, behind=POSITION[0] in values)
    columns = _columns(sort, item)
    if columns is None:
        rows: Sequence[Any] = (await session.scalars(statement, values)).all()
    else:
        # Columns, not entities: nothing here is changed, and a row costs half of an entity.
        rows = (await session.execute(statement.with_only_columns(*columns), values)).all()
    return _page(rows, sort, params, item)


async def paginate_mine(
    repository: OwnedRepository[Any], sort: Sort, params: PageParams, item: type[BaseModel], **equal: object
) -> Page[Any]:
    """Read one page of the owner's rows, of those whose columns have these values; None is any value.

    What `paginate` does with `mine()`, at less cost: the statement is built once and kept.
    """
    equal = {name: value for name, value in equal.items() if value is not None}
    if _columns(sort, item) is None:
        query = repository.mine().filter_by(**equal)
        return await paginate(repository.session, query, sort, params, item)
    values = params.values(sort) | equal | {"owner_id": repository.owner_id}
    statement = _kept(sort, item, ("owner_id", *equal), behind=POSITION[0] in values)
    return _page((await repository.session.execute(statement, values)).all(), sort, params, item)


@cache
def _kept(sort: Sort, item: type[BaseModel], equal: tuple[str, ...], *, behind: bool) -> Select[Any]:
    known = inspect(sort.column.class_).columns
    conditions = (known[name] == bindparam(name) for name in equal)
    return sort.one_page(select(*_columns(sort, item) or ()).where(*conditions), behind=behind)


def _page(rows: Sequence[Any], sort: Sort, params: PageParams, item: type[BaseModel]) -> Page[Any]:
    shown = rows[: params.limit]
    cursor = params.announce(sort, shown[-1]) if len(rows) > params.limit else None
    if shown and isinstance(shown[0], Row):
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
