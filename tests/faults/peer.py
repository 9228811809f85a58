"""Another client of the database, whose one connection stays open and keeps what it has locked."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

import asyncmy
import asyncpg  # type: ignore[import-untyped]

from databases import Row, name_in
from launching import PATIENCE

T = TypeVar("T")


class Peer(ABC):
    """Connected until it is closed. What it begins, and does not commit, is taken back then."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connected = True
        try:
            self._run(self._connect(url))
        except BaseException:
            self._runner.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, statement: str) -> list[Row]:
        """Run one statement and give the rows."""
        return self._run(self._execute(statement))

    def close(self) -> None:
        """Break the connection, be the server there or not."""
        if self._connected:
            self._connected = False
            with suppress(OSError):
                self._run(self._break())
            self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @abstractmethod
    async def _connect(self, url: str) -> None: ...

    @abstractmethod
    async def _execute(self, statement: str) -> list[Row]: ...

    @abstractmethod
    async def _break(self) -> None: ...


class PostgreSQLPeer(Peer):
    """A client of PostgreSQL."""

    async def _connect(self, url: str) -> None:
        address = url.replace("+asyncpg", "", 1)
        self._connection = await asyncpg.connect(address, timeout=PATIENCE, command_timeout=PATIENCE)

    async def _execute(self, statement: str) -> list[Row]:
        return [tuple(row) for row in await self._connection.fetch(statement)]

    async def _break(self) -> None:
        self._connection.terminate()


class MariaDBPeer(Peer):
    """A client of MariaDB or MySQL."""

    async def _connect(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = await asyncmy.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=name_in(url),
            connect_timeout=int(PATIENCE),
            read_timeout=int(PATIENCE),
            autocommit=True,
        )

    async def _execute(self, statement: str) -> list[Row]:
        async with self._connection.cursor() as cursor:
            await cursor.execute(statement)
            return list(await cursor.fetchall())

    async def _break(self) -> None:
        self._connection.close()
