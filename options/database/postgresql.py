"""PostgreSQL, by asyncpg."""

from collections.abc import Sequence
from typing import Any

from pydantic import field_validator
from sqlalchemy import DateTime, LargeBinary, Table, Uuid, event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app import about
from app.db.failures import Failure, FailureKind, wrap_refused_values
from app.db.server import ServerSettings, url_with_driver
from app.db.statistics import measure

ID = Uuid()
MOMENT = DateTime(timezone=True)
BYTES = LargeBinary()
COMPARES_ROWS = True  # (a, b) > (x, y) is looked up in an index

WRITING: dict[str, Any] = {}
# Reading begins nothing: each query sees what is committed, and two round trips are spared.
READING = {"isolation_level": "AUTOCOMMIT"}
MIGRATING: dict[str, Any] = {}
MIGRATION_OPTIONS: dict[str, Any] = {}

# Beyond the server's own limits: for one that takes requests and does not answer.
GRACE_SECONDS = 5.0
# A transaction that does nothing for so long, beside its statements, holds its locks for nobody.
IDLE_SECONDS = 5.0

# https://www.postgresql.org/docs/current/errcodes-appendix.html
KINDS = {
    "23505": FailureKind.UNIQUE,
    "23001": FailureKind.REFERENCE,
    "23503": FailureKind.REFERENCE,
    "23502": FailureKind.REQUIRED,
    "23514": FailureKind.CHECK,
    "22000": FailureKind.VALUE,  # asyncpg's own: an integer out of range, for one
    "22001": FailureKind.VALUE,  # too long
    "22003": FailureKind.VALUE,  # number out of range
    "22007": FailureKind.VALUE,  # no such date
    "22008": FailureKind.VALUE,  # date out of range
    "22021": FailureKind.VALUE,  # no such character: NUL
    "22P05": FailureKind.VALUE,  # a character that the database's encoding lacks
    "40001": FailureKind.TRANSIENT,  # serialization_failure
    "40P01": FailureKind.TRANSIENT,  # deadlock_detected
    "25006": FailureKind.DISCONNECTED,  # a primary that became a standby
    "57P01": FailureKind.DISCONNECTED,  # admin_shutdown
    "57P02": FailureKind.DISCONNECTED,  # crash_shutdown
    "57P03": FailureKind.DISCONNECTED,  # cannot_connect_now: starting up
    "57P05": FailureKind.DISCONNECTED,  # idle_session_timeout
    "25P03": FailureKind.DISCONNECTED,  # idle_in_transaction_session_timeout
    "53300": FailureKind.BUSY,  # too_many_connections
    "55P03": FailureKind.BUSY,  # lock_not_available
    "57014": FailureKind.TIMEOUT,  # query_canceled
}
CONNECTION_EXCEPTION = "08"  # the class


class DatabaseSettings(ServerSettings):
    """Where the PostgreSQL server is."""

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        return url_with_driver(value, "postgresql+asyncpg")


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Make the engine; nothing is opened before the first query."""
    statement = settings.database_statement_timeout_seconds
    lock = settings.database_timeout_seconds
    engine = create_async_engine(
        settings.url,
        **settings.pool_options(),
        connect_args={
            "timeout": lock,
            "command_timeout": statement + lock + GRACE_SECONDS if statement else None,
            "ssl": settings.tls_context() or False,
            "server_settings": {
                "application_name": about.NAME,
                "timezone": "UTC",
                "jit": "off",  # it compiles for longer than our queries run
                "statement_timeout": _milliseconds(statement),
                "lock_timeout": _milliseconds(lock),
                "idle_in_transaction_session_timeout": _milliseconds(statement and statement + IDLE_SECONDS),
            },
        },
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "handle_error", _leave_lost_server)
    event.listen(engine.sync_engine, "handle_error", _as_database_error)
    measure(engine.sync_engine)
    wrap_refused_values(engine.sync_engine)
    return engine


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)) if seconds else 0)


def _connect(dialect: Dialect, _record: Any, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """Connect. What asyncpg raises as plain OSError or TimeoutError becomes an error of the database."""
    try:
        return dialect.connect(*arguments, **options)
    except OSError as error:  # TimeoutError is one
        raise dialect.loaded_dbapi.OperationalError(_reason(error)) from error


def _leave_lost_server(context: ExceptionContext) -> None:
    """Give up all connections when one leads to a server that answers and is no use, such as a standby."""
    sqlstate = getattr(context.original_exception, "sqlstate", None)
    if KINDS.get(sqlstate or "") is FailureKind.DISCONNECTED:
        context.is_disconnect = True


def _as_database_error(context: ExceptionContext) -> Exception | None:
    """Asyncpg raises a plain error, too, when a connection breaks or a statement outlives all limits."""
    error = context.original_exception
    if not isinstance(error, OSError):
        return None
    if context.connection is not None:
        context.connection.invalidate(error)
    return OperationalError(context.statement, None, error, hide_parameters=True, connection_invalidated=True)


def _reason(error: OSError) -> str:
    return str(error) or "no answer in time"


def classify(error: DBAPIError) -> Failure:
    """What an error means, by its SQLSTATE."""
    if isinstance(error.orig, AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError):
        # A table was altered since the statement was prepared. SQLAlchemy has now forgotten all of those.
        return Failure(FailureKind.TRANSIENT)
    sqlstate = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or sqlstate is None:
        # InternalError: asyncpg lost track of a connection whose first queries took too long.
        lost = error.connection_invalidated or isinstance(error, InternalError | OperationalError)
        return Failure(FailureKind.DISCONNECTED if lost else FailureKind.OTHER)
    kind = KINDS.get(sqlstate, FailureKind.OTHER)
    if sqlstate.startswith(CONNECTION_EXCEPTION):
        kind = FailureKind.DISCONNECTED
    cause = getattr(error.orig, "__cause__", None)
    column = getattr(cause, "column_name", None)
    return Failure(kind, getattr(cause, "constraint_name", None) or "", (column,) if column else ())


async def insert_if_absent(session: AsyncSession, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; true when it was inserted. Waits for whoever is inserting it."""
    result = await session.execute(
        insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    )
    return result.first() is not None
