"""The database of a site, looked at and changed behind the back of the server."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from databases import Row
from launching import PATIENCE


@dataclass(frozen=True)
class Trap:
    """Statements that make a change fail, such as "INSERT ON invoices", and those that take them back."""

    set: tuple[str, ...]
    clear: tuple[str, ...]


class Database(ABC):
    """One database. In a query each `?` stands for a value."""

    key: ClassVar[str]  # how a UUID is written
    moment: ClassVar[str] = "'{:%Y-%m-%d %H:%M:%S.%f}'"  # and a time, in UTC
    no_table: ClassVar[str]  # what is said of a table that is not there
    nowhere: ClassVar[str]  # the URL of a database that cannot be reached
    refusal: ClassVar[Trap]  # for what refers to nothing: at the commit where the database can wait so long

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = url
        self.patience = patience

    def rows(self, query: str, *values: object) -> list[Row]:
        """What another process finds in it."""
        first, *others = query.split("?")
        written = [f"{self.written(value)}{part}" for value, part in zip(values, others, strict=True)]
        return self.execute("".join([first, *written]))

    def write(self, query: str, *values: object) -> None:
        """Change it, and commit."""
        self.rows(query, *values)

    def written(self, value: object) -> str:
        """A value as SQL. Texts hold no backslash: MariaDB gives it a meaning."""
        if isinstance(value, UUID):
            return self.key.format(value)
        if isinstance(value, datetime):
            return self.moment.format(value.astimezone(UTC))
        return "'{}'".format(str(value).replace("'", "''"))

    def refusing(self, change: str) -> AbstractContextManager[None]:
        """Refuse every transaction with this change until the end of the block."""
        return self.trapped(self.refusal, change)

    @contextmanager
    def trapped(self, trap: Trap, change: str) -> Iterator[None]:
        """Let this change fall into a trap until the end of the block."""
        for statement in trap.set:
            self.write(statement.format(change=change))
        try:
            yield
        finally:
            with suppress(sqlite3.OperationalError):  # locked by a project that is broken: no news
                for statement in trap.clear:
                    self.write(statement)

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """As if it had lost a table."""
        self.write(f"ALTER TABLE {table} RENAME TO hidden_for_a_while")
        try:
            yield
        finally:
            self.write(f"ALTER TABLE hidden_for_a_while RENAME TO {table}")

    @abstractmethod
    def execute(self, statement: str) -> list[Row]:
        """Run a statement as it stands, and commit."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[Callable[[], None]]:
        """Keep other writers out until the end of the block, or until the function it gives is called."""

    @staticmethod
    @abstractmethod
    def uuid(stored: Any) -> UUID:
        """A key from a row."""
