"""Sort orders, and the statement of one page in them."""

import operator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Integer, Select, and_, bindparam, inspect, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.db.engine import COMPARES_ROWS

# The parameters of a page's statement: the place it begins behind, and how many rows to read.
POSITION, ROWS = ("page_value", "page_key"), "page_rows"


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
    def columns(self) -> tuple[Column[Any], Column[Any]]:
        """The column and the key, as the table has them."""
        known = inspect(self.column.class_).columns
        return known[self.column.key], known[self.key.key]

    @cached_property
    def adapters(self) -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
        """What makes values of them again from their texts in a cursor."""
        column, key = self.columns
        return TypeAdapter(column.type.python_type), TypeAdapter(key.type.python_type)

    @cached_property
    def order_by(self) -> list[ColumnElement[Any]]:
        """The ORDER BY clause."""
        return [column.desc() if self.descending else column.asc() for column in self.columns]

    @cached_property
    def behind(self) -> ColumnElement[bool]:
        """The rows behind the one with the value and the key of POSITION: an index is read from there on."""
        after = operator.lt if self.descending else operator.gt
        column, key = self.columns
        place = tuple(bindparam(name, type_=at.type) for name, at in zip(POSITION, self.columns, strict=True))
        if COMPARES_ROWS:
            comparison: ColumnElement[bool] = after(tuple_(column, key), tuple_(*place))
            return comparison
        value, last = place
        return or_(after(column, value), and_(column == value, after(key, last)))

    def one_page(self, query: Select[Any], *, behind: bool) -> Select[Any]:
        """The rows of `query` in this order, from the start or `behind` a place, ROWS of them."""
        query = query.order_by(*self.order_by).limit(bindparam(ROWS, type_=Integer))
        return query.where(self.behind) if behind else query
