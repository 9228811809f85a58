"""SQLite: one file, no server. Good for one machine; writers take turns."""

import sqlite3
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, DateTime, LargeBinary, Table, Uuid, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.db.failures import Failure, FailureKind, wrap_refused_values
from app.db.statistics import measure
from app.settings import EnvSettings

ID = Uuid()
MOMENT = DateTime(timezone=True)
BYTES = LargeBinary()
COMPARES_ROWS = True  # (a, b) > (x, y) is looked up in an index

# A transaction that will write takes the write lock at its start. Taken later, after a read, SQLite could
# only refuse it (SQLITE_BUSY_SNAPSHOT), however long we wait.
WRITING = {"sqlite_begin": "BEGIN IMMEDIATE"}
# Reading begins nothing: each query sees what is committed, as on a server at READ COMMITTED.
READING = {"sqlite_begin": ""}
# A migration runs without foreign keys; they are checked at its end. SQLite alters a table by copying it, and
# dropping the old one would delete every row that refers to it (sqlite.org/lang_altertable.html, section 7).
MIGRATING = {**WRITING, "sqlite_foreign_keys": "OFF"}
MIGRATION_OPTIONS: dict[str, Any] = {"render_as_batch": True}

# https://sqlite.org/rescode.html
KINDS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: FailureKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: FailureKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: FailureKind.REFERENCE,
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: FailureKind.REFERENCE,  # ON DELETE RESTRICT is one inside
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: FailureKind.REQUIRED,
    sqlite3.SQLITE_CONSTRAINT_CHECK: FailureKind.CHECK,
    sqlite3.SQLITE_TOOBIG: FailureKind.VALUE,
    sqlite3.SQLITE_BUSY: FailureKind.TRANSIENT,  # another writer was in the way
    sqlite3.SQLITE_LOCKED: FailureKind.TRANSIENT,
}
PRIMARY = 0xFF  # the primary code within an extended one


class DatabaseSettings(EnvSettings):
    """Where the database is and how long to wait for it."""

    database_url: str = Field("sqlite+aiosqlite:///app.db", pattern=r"^sqlite\+aiosqlite://")
    database_pool_size: int = Field(5, gt=0)
    database_timeout_seconds: float = Field(5.0, gt=0)
    database_start_seconds: float = Field(60.0, ge=0)


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Make the engine; nothing is opened before the first query."""
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        # A COMMIT that fails leaves SQLite's transaction open, and its lock held, until the pool rolls back.
        pool_reset_on_return="rollback",
        pool_timeout=settings.database_timeout_seconds,
        connect_args={"timeout": settings.database_timeout_seconds, "isolation_level": None},
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "commit", _check_references)
    measure(engine.sync_engine)
    wrap_refused_values(engine.sync_engine)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if foreign_keys := options.get("sqlite_foreign_keys"):  # amid a transaction it would have no effect
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {foreign_keys}")
    # The driver would begin only before an INSERT and would so break savepoints and our isolation.
    if begin := options.get("sqlite_begin", "BEGIN"):
        connection.exec_driver_sql(begin)


def _check_references(connection: Connection) -> None:
    if connection.get_execution_options().get("sqlite_foreign_keys") == "OFF":
        for table, row_id, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            raise ValueError(f"row {row_id} of {table} refers to a row of {parent} that is gone")


def classify(error: DBAPIError) -> Failure:
    """What an error means, by its result code; columns stand in the message only."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    kind = KINDS.get(code) or KINDS.get(code & PRIMARY, FailureKind.OTHER)
    _, _, names = str(error.orig).partition(" constraint failed: ")
    return Failure(kind, columns=tuple(name.split(".")[-1] for name in names.split(", ") if "." in name))


async def insert_if_absent(session: AsyncSession, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; true when it was inserted."""
    result = await session.execute(
        insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    )
    return result.first() is not None
