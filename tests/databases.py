"""What tests do as administrators of a database server, be it their own or one they were given."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import asyncmy
import asyncpg  # type: ignore[import-untyped]

from launching import PATIENCE

T = TypeVar("T")
Row = tuple[Any, ...]
_MORE_THAN_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type <> 'BASE TABLE'
UNION SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()
"""


class Databases(ABC):
    """The databases of the server at `address`, the URL of one that an administrator uses."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self._made: list[str] = []

    def url(self, database: str = "") -> str:
        """The URL of a database, or of the server's first one."""
        parts = urlsplit(self.address)
        return parts._replace(path=f"/{database}" if database else parts.path).geturl()

    def new_database(self) -> str:
        """Make an empty database; its URL."""
        name = f"test_{uuid4().hex}"
        self.create(name)
        self._made.append(name)
        return self.url(name)

    def copy_database(self, url: str) -> str:
        """Make a database with what stands in another, which nobody has open; its URL."""
        name = f"test_{uuid4().hex}"
        self.copy(name_in(url), name)
        self._made.append(name)
        return self.url(name)

    def close(self) -> None:
        """Remove what was made here, and not removed yet."""
        while self._made:
            self.drop(self._made.pop())

    @abstractmethod
    def execute(self, statement: str, database: str = "") -> list[Row]:
        """Run one statement, commit, and give the rows. The database is given by its name or its URL."""

    @abstractmethod
    def create(self, name: str) -> None:
        """Make an empty database of this name."""

    @abstractmethod
    def copy(self, source: str, name: str) -> None:
        """Make a copy of this name."""

    @abstractmethod
    def drop(self, database: str) -> None:
        """Remove a database, if it is there, whoever has it open."""


class PostgreSQLDatabases(Databases):
    """Databases of PostgreSQL 13 or newer."""

    def execute(self, statement: str, database: str = "") -> list[Row]:
        address = self.url(name_in(database)).replace("+asyncpg", "", 1)

        async def run() -> list[Row]:
            connection = await asyncpg.connect(address, timeout=PATIENCE, command_timeout=PATIENCE)
            try:
                return [tuple(row) for row in await connection.fetch(statement)]
            finally:
                await connection.close(timeout=PATIENCE)

        return _run(run())

    def create(self, name: str) -> None:
        # Nobody can be connected to template0, nor have changed it.
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def copy(self, source: str, name: str) -> None:
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name_in(database)}" WITH (FORCE)')


class MariaDBDatabases(Databases):
    """Databases of MariaDB or MySQL."""

    def execute(self, statement: str, database: str = "") -> list[Row]:
        return self._execute(database, statement)

    def create(self, name: str) -> None:
        self.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")

    def copy(self, source: str, name: str) -> None:
        """Copy tables and rows. Raises ValueError for what else there is, such as views."""
        if found := self.execute(_MORE_THAN_TABLES, source):
            raise ValueError(f"only tables are copied, not {found}")
        self.create(name)
        # As mysqldump does it: tables may come before those they point to, and 0 is a value like others.
        statements = ["SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"]
        for (table,) in self.execute("SHOW TABLES", source):
            ((_, definition),) = self.execute(f"SHOW CREATE TABLE `{table}`", source)
            columns = self._stored_columns(source, table)
            statements += [
                definition,
                f"INSERT INTO `{table}` ({columns}) SELECT {columns} FROM `{source}`.`{table}`",  # noqa: S608
            ]
        self._execute(name, *statements)

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS `{name_in(database)}`")

    def _stored_columns(self, database: str, table: str) -> str:
        """All columns but those the server computes."""
        rows = self.execute(f"SHOW COLUMNS FROM `{table}`", database)
        return ", ".join(f"`{row[0]}`" for row in rows if not row[5].endswith(" GENERATED"))

    def _execute(self, database: str, *statements: str) -> list[Row]:
        """Run statements one after the other on one connection; the rows of the last one."""
        parts = urlsplit(self.url(name_in(database)))

        async def run() -> list[Row]:
            connection = await asyncmy.connect(
                host=parts.hostname,
                port=parts.port or 3306,
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                database=name_in(parts.geturl()),
                connect_timeout=int(PATIENCE),
                read_timeout=int(PATIENCE),
                autocommit=True,
            )
            try:
                async with connection.cursor() as cursor:
                    for statement in statements:
                        await cursor.execute(statement)
                    return list(await cursor.fetchall())
            finally:
                await connection.ensure_closed()

        return _run(run())


def name_in(database: str) -> str:
    """The name of a database given by its name or its URL."""
    return urlsplit(database).path.strip("/")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a thread of its own, since an event loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
