"""The kinds of databases, each with its own way to write a value, to lock and to fail."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from databases import Databases, MariaDBDatabases, PostgreSQLDatabases, Row
from faults.peer import MariaDBPeer, Peer, PostgreSQLPeer
from launching import PATIENCE
from variants import SQLITE_URL
from wiring.database import Database, Trap


class SQLite(Database):
    """A file."""

    key = "'{0.hex}'"
    no_table = "no such table: {}"
    nowhere = f"{SQLITE_URL}/nowhere/app.db"
    refusal = Trap(
        (
            "CREATE TABLE IF NOT EXISTS orphans (id INTEGER UNIQUE, "
            "parent INTEGER REFERENCES orphans (id) DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TRIGGER refuse AFTER {change} BEGIN INSERT INTO orphans (parent) VALUES (1); END",
        ),
        ("DROP TRIGGER refuse",),
    )

    def execute(self, statement: str) -> list[Row]:
        with closing(self._connect()) as connection, connection:
            return connection.execute(statement).fetchall()

    @contextmanager
    def locked(self) -> Iterator[Callable[[], None]]:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection.rollback

    @staticmethod
    def uuid(stored: str) -> UUID:
        return UUID(stored)

    def _connect(self) -> sqlite3.Connection:
        file = self.url.removeprefix(SQLITE_URL)
        return sqlite3.connect(file, timeout=self.patience, check_same_thread=False)


class ServerDatabase(Database):
    """A database of a server, and what only servers do."""

    databases: ClassVar[type[Databases]]
    peer: ClassVar[type[Peer]]
    collision: ClassVar[Trap]  # with another transaction, once

    def execute(self, statement: str) -> list[Row]:
        return self.databases(self.url).execute(statement, self.url)

    def connect(self) -> Peer:
        """A connection that stays."""
        return self.peer(self.url)

    @contextmanager
    def locked(self) -> Iterator[Callable[[], None]]:
        # Whatever a user writes refers to the user.
        with self.holding("SELECT id FROM users FOR UPDATE") as peer:
            yield peer.close

    @contextmanager
    def holding(self, statement: str) -> Iterator[Peer]:
        """Keep what this statement locks until the end of the block, or until the peer is closed."""
        with self.connect() as peer:
            peer.execute("BEGIN")
            peer.execute(statement)
            yield peer

    def colliding(self, change: str) -> AbstractContextManager[None]:
        """Let the first such change fail for a reason that passes."""
        return self.trapped(self.collision, change)


class PostgreSQL(ServerDatabase):
    """A database of PostgreSQL."""

    databases = PostgreSQLDatabases
    peer = PostgreSQLPeer
    key = "'{}'"
    moment = "'{:%Y-%m-%d %H:%M:%S.%f%z}'"
    no_table = 'relation "{}" does not exist'
    nowhere = "postgresql+asyncpg://someone:canary@127.0.0.1:1/app"
    refusal = Trap(
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE foreign_key_violation; END'",
            "CREATE CONSTRAINT TRIGGER refuse AFTER {change} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION refuse()",
        ),
        ("DROP FUNCTION refuse CASCADE",),
    )
    collision = Trap(
        (
            "CREATE SEQUENCE collisions",  # what it counts is not taken back
            "CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN IF nextval(''collisions'') = 1 THEN RAISE serialization_failure; END IF; "
            "RETURN NEW; END'",
            "CREATE TRIGGER collide BEFORE {change} FOR EACH ROW EXECUTE FUNCTION collide()",
        ),
        ("DROP FUNCTION collide CASCADE", "DROP SEQUENCE collisions"),
    )

    @staticmethod
    def uuid(stored: UUID) -> UUID:
        return stored


class MariaDB(ServerDatabase):
    """A database of MariaDB or MySQL."""

    databases = MariaDBDatabases
    peer = MariaDBPeer
    key = "x'{0.hex}'"
    no_table = ".{}' doesn't exist"
    nowhere = "mysql+asyncmy://someone:canary@127.0.0.1:1/app"
    refusal = Trap(
        (
            "CREATE TRIGGER refuse BEFORE {change} FOR EACH ROW "
            "SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = 'refers to nothing'",
        ),
        ("DROP TRIGGER refuse",),
    )
    collision = Trap(
        (
            "CREATE SEQUENCE collisions",
            "CREATE TRIGGER collide BEFORE {change} FOR EACH ROW IF NEXTVAL(collisions) = 1 THEN "
            "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'deadlock'; END IF",
        ),
        ("DROP TRIGGER collide", "DROP SEQUENCE collisions"),
    )

    @staticmethod
    def uuid(stored: bytes) -> UUID:
        return UUID(bytes=stored)


# For each answer to the question.
KINDS: dict[str, type[Database]] = {"sqlite": SQLite, "postgresql": PostgreSQL, "mysql": MariaDB}


def open_database(url: str, patience: float = PATIENCE) -> Database:
    """The database at a URL."""
    return KINDS[urlsplit(url).scheme.partition("+")[0]](url, patience)
