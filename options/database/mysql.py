"""MySQL and MariaDB, by asyncmy."""

import asyncio
import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import UUID

import asyncmy
from pydantic import field_validator
from sqlalchemy import BINARY, Table, event, insert
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMBLOB
from sqlalchemy.engine import CursorResult, Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.types import TypeDecorator

from app import about
from app.db.failures import Failure, FailureKind, wrap_refused_values
from app.db.server import ServerSettings, url_with_driver
from app.db.statistics import measure


class BinaryUuid(TypeDecorator[UUID]):
    """A UUID in 16 bytes: MySQL has no type of its own for it, and MariaDB's takes 36 characters a value."""

    impl = BINARY(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, _dialect: Dialect) -> bytes | None:
        """To bytes."""
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> UUID | None:
        """From bytes."""
        return None if value is None else UUID(bytes=value)

    def literal_processor(self, dialect: Dialect) -> Callable[[UUID], str]:  # noqa: ARG002
        """To SQL, for migrations that are written to a file."""
        return lambda value: f"x'{value.hex}'"


ID = BinaryUuid()
MOMENT = DATETIME(fsp=6)
BYTES = MEDIUMBLOB()  # a BLOB ends at 64 KiB
COMPARES_ROWS = False  # (a, b) > (x, y) is a filter on every row here

WRITING: dict[str, Any] = {}
READING: dict[str, Any] = {}
MIGRATING: dict[str, Any] = {}
MIGRATION_OPTIONS: dict[str, Any] = {}
# Texts are compared as they are written, as on the other databases. By default "a" = "A" = "ä" here.
TABLE_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

# The driver logs each note of the server, such as that it names primary keys itself.
logging.getLogger("asyncmy").setLevel(logging.ERROR)

# Beyond the server's own limits: for one that takes requests and does not answer.
GRACE_SECONDS = 5.0

# https://mariadb.com/docs/server/reference/error-codes, https://dev.mysql.com/doc/mysql-errors/en
KINDS = {
    1062: FailureKind.UNIQUE,
    1216: FailureKind.REFERENCE,
    1217: FailureKind.REFERENCE,
    1451: FailureKind.REFERENCE,
    1452: FailureKind.REFERENCE,
    1048: FailureKind.REQUIRED,
    1364: FailureKind.REQUIRED,  # no default
    3819: FailureKind.CHECK,  # MySQL
    4025: FailureKind.CHECK,  # MariaDB
    1264: FailureKind.VALUE,  # out of range
    1292: FailureKind.VALUE,  # no such date
    1366: FailureKind.VALUE,  # no such character
    1406: FailureKind.VALUE,  # too long
    1020: FailureKind.TRANSIENT,  # MariaDB 11: changed since it was read
    1213: FailureKind.TRANSIENT,  # deadlock
    1205: FailureKind.BUSY,  # lock wait timeout
    3572: FailureKind.BUSY,  # NOWAIT
    1040: FailureKind.BUSY,  # too many connections
    1203: FailureKind.BUSY,  # too many of this user
    1226: FailureKind.BUSY,  # the same, by a limit of the account
    1969: FailureKind.TIMEOUT,  # MariaDB: max_statement_time
    3024: FailureKind.TIMEOUT,  # MySQL: max_execution_time
    1053: FailureKind.DISCONNECTED,  # shutdown
    1290: FailureKind.DISCONNECTED,  # a primary that became read-only
    1792: FailureKind.DISCONNECTED,  # the same, told by a transaction
    1836: FailureKind.DISCONNECTED,  # the same, MySQL
    1927: FailureKind.DISCONNECTED,  # killed
    2003: FailureKind.DISCONNECTED,
    2006: FailureKind.DISCONNECTED,
    2013: FailureKind.DISCONNECTED,
}
_CONSTRAINT = re.compile(r"for key '(?:\w+\.)?(\w+)'|CONSTRAINT `(\w+)`")
_COLUMN = re.compile(r"(?:Column|Field|column) '(\w+)'")


class DatabaseSettings(ServerSettings):
    """Where the MySQL or MariaDB server is."""

    @field_validator("database_url")
    @classmethod
    def _is_mysql(cls, value: str) -> str:
        return url_with_driver(value, "mysql+asyncmy")


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Make the engine; nothing is opened before the first query."""
    statement = settings.database_statement_timeout_seconds
    lock = settings.database_timeout_seconds
    engine = create_async_engine(
        settings.url,
        **settings.pool_options(),
        # Not the default REPEATABLE READ: its gap locks turn inserts side by side into deadlocks.
        isolation_level="READ COMMITTED",
        connect_args={
            "charset": "utf8mb4",
            "async_creator_fn": partial(_connect, lock),
            "read_timeout": statement + lock + GRACE_SECONDS if statement else None,
            "ssl": settings.tls_context(),
            "program_name": about.NAME,
            # A comment with a version is run by one server alone: M! by MariaDB, ! by MySQL.
            "init_command": "SET time_zone = '+00:00', sql_mode = 'TRADITIONAL', "
            f"innodb_lock_wait_timeout = {max(1, round(lock))}, lock_wait_timeout = {max(1, round(lock))} "
            f"/*M!100101 , max_statement_time = {statement} */ "
            f"/*!80000 , max_execution_time = {round(statement * 1000)} */",
        },
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _leave_lost_server)
    measure(engine.sync_engine)
    wrap_refused_values(engine.sync_engine)
    return engine


async def _connect(seconds: float, **options: Any) -> Any:
    """Connect in time. The driver's own limit ends when the server accepts, though it may say nothing."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncmy.connect(**options)
    except TimeoutError:
        raise asyncmy.errors.OperationalError(2003, "no answer in time") from None


def _leave_lost_server(context: ExceptionContext) -> None:
    """Give up all connections when one leads to a server that answers and is no use, such as a standby."""
    code = (*getattr(context.original_exception, "args", ()), 0)[0]
    if KINDS.get(code) is FailureKind.DISCONNECTED:
        context.is_disconnect = True


@event.listens_for(Table, "before_create")
def _set_table_options(table: Table, *_: Any, **__: Any) -> None:
    for name, value in TABLE_OPTIONS.items():
        table.kwargs.setdefault(name, value)


def classify(error: DBAPIError) -> Failure:
    """What an error means, by its number; constraint and column stand in the message only."""
    code, message = (*getattr(error.orig, "args", ()), 0, "")[:2]
    kind = KINDS.get(code, FailureKind.OTHER)
    if error.connection_invalidated:
        kind = FailureKind.DISCONNECTED
    constraint, column = _CONSTRAINT.search(str(message)), _COLUMN.search(str(message))
    return Failure(
        kind,
        (constraint[1] or constraint[2]) if constraint else "",
        (column[1],) if column else (),
    )


async def insert_if_absent(session: AsyncSession, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; true when it was inserted. Waits for whoever is inserting it.

    The values must fit: MySQL's INSERT IGNORE cuts what is too long without an error.
    """
    result = await session.execute(insert(table).values(values).prefix_with("IGNORE"))
    return cast(CursorResult[Any], result).rowcount == 1
