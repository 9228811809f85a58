"""Indexes: for every foreign key and for every order that a list is sorted by."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app import discovery
from app.db import Base, Owned, Timestamped
from app.pagination import Sort
from tests.fixtures.notes import Note, NoteBase
from tests.rules.operations import refuse
from tests.rules.sources import modules, sources, uses


def slow_foreign_keys(tables: Iterable[Table]) -> Iterator[str]:
    """A foreign key leads an index: else deleting the row it points to reads the whole table."""
    for table in tables:
        indexes = [*_indexes(table), [column.name for column in table.primary_key]]
        for key in table.foreign_key_constraints:
            columns = key.column_keys
            if not any(index[: len(columns)] == columns for index in indexes):
                yield f"{table.name}.{'+'.join(columns)}: {_add_index(columns)}"


def slow_sorts(sorts: Iterable[Sort]) -> Iterator[str]:
    """Column and key of a sort order follow each other in an index, behind the owner where there is one."""
    for sort in sorts:
        model: Any = sort.column.class_
        owner = ["owner_id"] if issubclass(model, Owned) else []
        order = [sort.column.key, sort.key.key]
        if not any(_serves(index, owner, order) for index in _indexes(model.__table__)):
            yield f"{model.__name__} sorted by {sort.column.key}: {_add_index([*owner, *order])}"


def sorts_of(some_modules: Iterable[Any]) -> Iterator[Sort]:
    """Every Sort that stands in a module, alone or in a collection."""
    for module in some_modules:
        for value in vars(module).values():
            yield from _sorts(value)


def hidden_sorts(files: Mapping[str, ast.Module]) -> Iterator[str]:
    """A Sort made while a request runs is out of sight of the rule above."""
    for path, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for line in uses(ast.Module(node.body, []), "Sort"):
                    yield f"{path}:{line}: make this Sort a constant of its module, to be checked"


def _indexes(table: Table) -> list[list[str]]:
    indexes: set[Any] = {*table.indexes, *(c for c in table.constraints if isinstance(c, UniqueConstraint))}
    return [[column.name for column in index.columns] for index in indexes]


def _serves(index: list[str], owner: list[str], order: list[str]) -> bool:
    places = range(len(index) - len(order) + 1)
    return index[: len(owner)] == owner and any(index[i : i + len(order)] == order for i in places)


def _add_index(columns: Sequence[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"add Index(None, {names}) to the model's __table_args__, and a migration"


def _sorts(value: Any) -> Iterator[Sort]:
    if isinstance(value, Sort):
        yield value
    elif isinstance(value, dict | list | tuple | set | frozenset):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _sorts(item)


def test_every_foreign_key_leads_an_index() -> None:
    discovery.import_models()
    tables = Base.metadata.tables
    assert "users" in tables
    refuse(slow_foreign_keys(tables.values()))


def test_a_foreign_key_without_an_index_is_seen() -> None:
    metadata = MetaData()
    Table("parents", metadata, Column("id", Integer, primary_key=True))
    children = Table(
        "children",
        metadata,
        Column("first_id", ForeignKey("parents.id"), primary_key=True),
        Column("second_id", ForeignKey("parents.id"), unique=True),
        Column("third_id", ForeignKey("parents.id"), index=True),
        Column("fourth_id", ForeignKey("parents.id")),
        Index(None, "third_id", "fourth_id"),
    )

    [offender] = slow_foreign_keys([children])
    assert offender.startswith('children.fourth_id: add Index(None, "fourth_id")')


def test_every_sort_order_has_an_index() -> None:
    refuse(slow_sorts(sorts_of(modules())))
    refuse(hidden_sorts(sources()))


def test_a_sort_order_without_an_index_is_seen() -> None:
    class Task(Owned, Timestamped, NoteBase):
        __tablename__ = "test_tasks"
        __table_args__ = (
            # Neither serves `rank`: other owners' rows stand between, or the key does not follow the column.
            Index(None, "rank", "id"),
            Index(None, "owner_id", "rank", "created_at", "id"),
        )

        rank: Mapped[int] = mapped_column()

    newest, by_rank, notes = (
        Sort(Task.created_at, Task.id),
        Sort(Task.rank, Task.id),
        Sort(Note.rank, Note.id),
    )
    feature = SimpleNamespace(NEWEST=newest, SORTS={"rank": by_rank, "others": (notes,)})

    [offender] = slow_sorts(sorts_of([feature]))
    assert offender.startswith('Task sorted by rank: add Index(None, "owner_id", "rank", "id")')


def test_a_sort_order_made_inside_a_function_is_seen() -> None:
    tree = ast.parse("NEWEST = Sort(a, b)\nasync def page():\n    return Sort(a, b)")

    [offender] = hidden_sorts({"app/features/x.py": tree})
    assert offender.startswith("app/features/x.py:3: ")
