"""Sessions and transactions: one transaction for each request, job or command."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm.exc import StaleDataError

from app.db import engine as backend
from app.db.failures import REFUSED_BY_DRIVER, Failure, FailureKind
from app.db.origin import origin_of, set_origin
from app.errors import Unavailable

T = TypeVar("T")
Action = Callable[[], Awaitable[Any]]
Work = Callable[[AsyncSession], Awaitable[T]]

ATTEMPTS = 3
# What waited this long for a lock or a connection is not tried again: the caller has waited enough.
PATIENCE_SECONDS = 2.0
# What the caller is told when the database cannot be had for a moment.
UNAVAILABLE = {
    FailureKind.TRANSIENT: "The database is busy; try again in a moment.",
    FailureKind.BUSY: "The database is busy; try again in a moment.",
    FailureKind.TIMEOUT: "The database took too long.",
    FailureKind.DISCONNECTED: "The database cannot be reached; try again in a moment.",
}
# The last words of a connection that broke in its COMMIT can have been either.
OUTCOME_UNKNOWN = (
    "The database was lost at the last moment: whether the change was made is not known. "
    "Sent again with the same Idempotency-Key, it is made once."
)
# What is worth doing the whole work again for.
PASSING = {FailureKind.TRANSIENT, FailureKind.DISCONNECTED}
log = structlog.get_logger(__name__)


class _ReadingSession(SyncSession):
    """Refuses to write: what only reads is never rolled back, so nothing could take the change back."""


def _refuse_changes(*_: Any) -> None:
    raise RuntimeError("a GET request changes nothing: write in POST, PUT, PATCH or DELETE")


def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse_changes()


event.listen(_ReadingSession, "before_flush", _refuse_changes)
event.listen(_ReadingSession, "do_orm_execute", _refuse_statement)


class Database:
    """Opens sessions. `run` is the one place where a transaction is committed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        writing = engine.execution_options(**backend.WRITING)
        reading = engine.execution_options(**backend.READING)
        self._writing = async_sessionmaker(writing, expire_on_commit=False)
        self._reading = async_sessionmaker(
            reading, expire_on_commit=False, sync_session_class=_ReadingSession
        )

    def session(self, *, read_only: bool = False) -> AsyncSession:
        """A new session; it takes a connection at its first query. A read-only one is never written with."""
        session = self._reading() if read_only else self._writing()
        session.info["database"] = self
        return session

    async def run(self, work: Work[T], *, read_only: bool = False) -> T:
        """Do `work` in one transaction and commit; any error rolls back.

        A deadlock, a serialisation failure or a connection lost before the commit does the whole work again,
        twice at most: `work` must have no effect but rows. Raises Unavailable when that did not help.
        """
        start = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            async with self.session(read_only=read_only) as session:
                committing = False
                try:
                    result = await work(session)
                    await session.flush()
                    committing = not read_only
                    await session.commit()
                except Exception as error:
                    await _roll_back(session)
                    kind = failure_of(error).kind
                    if kind not in UNAVAILABLE:
                        await self._after_rollback(session)
                        raise
                    if committing and kind is FailureKind.DISCONNECTED:
                        raise Unavailable(OUTCOME_UNKNOWN) from error
                    impatient = time.monotonic() - start > PATIENCE_SECONDS
                    if kind not in PASSING or attempt == ATTEMPTS or impatient:
                        raise Unavailable(UNAVAILABLE[kind]) from error
                    log.warning("transaction_rerun", attempt=attempt, reason=kind.value)
                else:
                    await _after_commit(session)
                    return result
            await asyncio.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    async def _after_rollback(self, session: AsyncSession) -> None:
        for work in session.info.pop("after_rollback", ()):
            try:
                await self.run(work)
            except Exception:
                log.exception("after_rollback_failed")

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


async def _roll_back(session: AsyncSession) -> None:
    try:
        await session.rollback()
    except DBAPIError:  # the connection is gone, and its transaction with it
        await session.invalidate()


def after_commit(session: AsyncSession, action: Action) -> None:
    """Do `action` once this session's transaction is committed; its failure is logged, not raised."""
    session.info.setdefault("after_commit", []).append(action)


def after_rollback(session: AsyncSession, work: Work[Any]) -> None:
    """Do `work` in a transaction of its own when an error rolls this one back.

    For what must outlive a refused request, such as the end of a login whose token was stolen.
    """
    session.info.setdefault("after_rollback", []).append(work)


async def apart(session: AsyncSession, work: Work[T]) -> T:
    """Do `work` in a transaction of its own, committed before this one begins: for what must be counted.

    Raises RuntimeError when this one has begun: it may hold a lock that the other would wait for.
    """
    if session.in_transaction():
        raise RuntimeError("this session has begun its transaction; call `apart` before its first query")
    database: Database = session.info["database"]

    async def work_of_same_origin(own: AsyncSession) -> T:
        set_origin(own, origin_of(session))
        return await work(own)

    return await database.run(work_of_same_origin)


async def first(session: AsyncSession, work: Work[Any], *, begun: bool) -> None:
    """Do `work` in a transaction of its own, committed before this one goes on, which has only read so far.

    `begun` says that this one was under way before, and may hold locks: then `work` becomes part of it.
    """
    if begun and not isinstance(session.sync_session, _ReadingSession):
        await work(session)
        return
    await (
        session.close()
    )  # gives its connection back: where all are lent out, nobody must wait for a second one
    await apart(session, work)


def afterwards(session: AsyncSession, work: Work[Any]) -> None:
    """Do `work` in a transaction of its own when this one is over, committed or not.

    For what a request leaves behind that is no part of what it does, such as when a key was last used.
    """
    database: Database = session.info["database"]
    after_commit(session, lambda: database.run(work))
    after_rollback(session, work)


async def _after_commit(session: AsyncSession) -> None:
    for action in session.info.pop("after_commit", ()):
        try:
            await action()
        except Exception:
            log.exception("after_commit_failed")


def failure_of(error: Exception) -> Failure:
    """What an error means, when it comes from the database."""
    if isinstance(error, StaleDataError):
        # Somebody else's change came between our read and our write: reading again decides anew (If-Match
        # included) on the row as it is now.
        return Failure(FailureKind.TRANSIENT)
    if isinstance(error, PoolTimeout):
        return Failure(FailureKind.BUSY)
    if not isinstance(error, DBAPIError):
        return Failure(FailureKind.OTHER)
    if isinstance(error.orig, REFUSED_BY_DRIVER):
        return Failure(FailureKind.VALUE)
    return backend.classify(error)


async def _request_session(request: Request) -> AsyncSession:
    session: AsyncSession | None = getattr(request.state, "session", None)
    if session is None:
        raise RuntimeError(
            f"{request.url.path} asks for a Session but is not on app.http.Router, "
            "which opens the transaction and commits it: use `router = Router(...)`"
        )
    return session


Session = Annotated[AsyncSession, Depends(_request_session)]
