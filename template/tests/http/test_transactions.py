"""One request, one transaction, committed before the response starts."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, Session, after_commit, after_rollback
from app.errors import Conflict
from app.http import Router, rate_limit
from app.users import User
from app.validation import RequestModel
from tests.fixtures.apps import Serve
from tests.fixtures.backend import transient_error
from tests.fixtures.logs import Logged


class Fault:
    """What a commit or an endpoint does wrong, and how often."""

    def __init__(self, error: Exception, times: int = 1) -> None:
        self.error, self.left = error, times

    def strike(self) -> None:
        if self.left:
            self.left -= 1
            raise self.error


def new_user(session: AsyncSession) -> None:
    session.add(User(email="new@example.com"))


async def users(database: Database) -> int:
    async def count(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(User)) or 0

    return await database.run(count)


def failing_commit(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    commit = AsyncSession.commit

    async def strike_first(session: AsyncSession) -> None:
        fault.strike()
        await commit(session)

    monkeypatch.setattr(AsyncSession, "commit", strike_first)


async def test_what_an_endpoint_writes_is_committed(serve: Serve, database: Database) -> None:
    """Without a commit of its own."""
    router = Router()

    @router.post("/users", status_code=201)
    async def create(session: Session) -> None:
        new_user(session)

    assert 201 == (await serve(router).post("/users")).status_code
    assert 1 == await users(database)


async def test_a_commit_that_fails_is_no_success(
    serve: Serve, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response starts after the commit: nobody is told of what did not happen."""
    router = Router()

    @router.post("/users", status_code=201)
    async def create(session: Session) -> None:
        new_user(session)

    client = serve(router)
    failing_commit(monkeypatch, Fault(SQLAlchemyError("the disk is full")))

    assert 500 == (await client.post("/users")).status_code
    assert 0 == await users(database)


@pytest.mark.parametrize(("error", "status"), [(Conflict("no"), 409), (RuntimeError("oh"), 500)])
async def test_any_error_rolls_back(serve: Serve, database: Database, error: Exception, status: int) -> None:
    """One that is answered on purpose too."""
    router = Router()

    @router.post("/users")
    async def create(session: Session) -> None:
        new_user(session)
        await session.flush()
        raise error

    assert status == (await serve(router).post("/users")).status_code
    assert 0 == await users(database)


async def test_an_answer_that_breaks_its_own_schema_rolls_back(serve: Serve, database: Database) -> None:
    """The answer is serialised before the commit."""
    router = Router()

    @router.post("/users", response_model=int)
    async def create(session: Session) -> str:
        new_user(session)
        return "not a number"

    assert 500 == (await serve(router).post("/users")).status_code
    assert 0 == await users(database)


@pytest.mark.parametrize("where", ["endpoint", "commit"])
async def test_a_transient_error_is_not_seen_by_the_caller(
    serve: Serve, database: Database, monkeypatch: pytest.MonkeyPatch, logged: Logged, where: str
) -> None:
    """The whole request runs again with its body, and what it wrote is there once."""
    router, fault = Router(), Fault(transient_error())

    class NewUser(RequestModel):
        name: str

    @router.post("/users")
    async def create(session: Session, new: NewUser) -> str:
        new_user(session)
        await session.flush()
        if where == "endpoint":
            fault.strike()
        return new.name

    client = serve(router)
    if where == "commit":
        failing_commit(monkeypatch, fault)

    response = await client.post("/users", json={"name": "Zoë"})

    assert (200, "Zoë") == (response.status_code, response.json())
    assert 1 == await users(database)
    assert [1] == [line["attempt"] for line in logged("transaction_rerun")]


async def test_a_database_that_stays_busy_is_told(
    serve: Serve, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three attempts: 503, with the time to come back."""
    router, fault = Router(), Fault(transient_error(), times=3)

    @router.post("/users")
    async def create(session: Session) -> None:
        new_user(session)
        fault.strike()

    response = await serve(router).post("/users")

    assert (503, "1") == (response.status_code, response.headers["retry-after"])
    assert 0 == await users(database)
    assert 0 == fault.left


async def test_a_request_that_runs_again_counts_once_for_its_rate_limit(serve: Serve) -> None:
    """The caller sent one request."""
    router, fault = Router(), Fault(transient_error(), times=2)

    @router.post("/once", dependencies=[rate_limit("1/minute")])
    async def once() -> None:
        fault.strike()

    assert 200 == (await serve(router).post("/once")).status_code


async def test_after_commit_happens_when_it_is_true(serve: Serve, logged: Logged) -> None:
    """Not when the request is refused; and its failure is ours, not the caller's."""
    router, done = Router(), []

    async def act() -> None:
        done.append("acted")
        raise RuntimeError("the cache is away")

    @router.post("/{outcome}")
    async def endpoint(session: Session, outcome: str) -> None:
        after_commit(session, act)
        if outcome == "refused":
            raise Conflict

    client = serve(router)

    assert 409 == (await client.post("/refused")).status_code
    assert [] == done
    assert 200 == (await client.post("/done")).status_code
    assert ["acted"] == done
    assert 1 == len(logged("after_commit_failed"))


async def test_after_rollback_survives_the_refusal(serve: Serve, database: Database) -> None:
    """In a transaction of its own; not when all went well."""
    router = Router()

    async def remember(session: AsyncSession) -> None:
        new_user(session)

    @router.post("/{outcome}")
    async def endpoint(session: Session, outcome: str) -> None:
        after_rollback(session, remember)
        if outcome == "refused":
            raise Conflict

    client = serve(router)

    assert 200 == (await client.post("/done")).status_code
    assert 0 == await users(database)
    assert 409 == (await client.post("/refused")).status_code
    assert 1 == await users(database)


async def test_a_failing_after_rollback_does_not_hide_the_refusal(serve: Serve, logged: Logged) -> None:
    """The caller still gets the answer the endpoint gave."""
    router = Router()

    async def fail(session: AsyncSession) -> None:
        raise RuntimeError("the database is away")

    @router.post("/refused")
    async def endpoint(session: Session) -> None:
        after_rollback(session, fail)
        raise Conflict

    assert 409 == (await serve(router).post("/refused")).status_code
    assert 1 == len(logged("after_rollback_failed"))
