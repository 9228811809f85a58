"""What a database refuses is told in the same terms by every database."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Insert, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import RefreshToken
from app.db import Database, Session, new_id, utc_now
from app.db.constraints import constraint_columns
from app.db.failures import FailureKind
from app.db.session import failure_of
from app.http import Router
from app.users import User
from app.validation import RequestModel
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.apps import MakeApp, Serve
from tests.fixtures.logs import Logged
from tests.fixtures.notes import Note


def user(**columns: Any) -> Insert:
    return insert(User).values(email="bob@example.com", **columns)


def taken() -> Insert:
    return insert(User).values(email="alice@example.com")


def token_of_nobody() -> Insert:
    return insert(RefreshToken).values(session_id=new_id(), token_hash="x", expires_at=utc_now())


def note(**columns: Any) -> Insert:
    return insert(Note).values(owner_id=new_id(), title="x", **columns)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (taken, FailureKind.UNIQUE),
        (token_of_nobody, FailureKind.REFERENCE),
        (lambda: user(role=None), FailureKind.REQUIRED),
        (lambda: note(rank=-1), FailureKind.CHECK),
        (lambda: note(rank=2**70), FailureKind.VALUE),
        (lambda: user(name="\ud800"), FailureKind.VALUE),
    ],
    ids=lambda value: value.value if isinstance(value, FailureKind) else "",
)
async def test_a_refusal_has_a_kind(
    database: Database, add_user: AddUser, statement: Callable[[], Insert], kind: FailureKind
) -> None:
    """Whatever the driver raises."""
    await add_user("alice@example.com")

    with pytest.raises(DBAPIError) as error:
        await database.run(lambda session: session.execute(statement()))

    assert kind is failure_of(error.value).kind


@pytest.mark.parametrize(("statement", "column"), [(taken, "email"), (lambda: user(role=None), "role")])
async def test_a_refusal_names_the_column(
    database: Database, add_user: AddUser, statement: Callable[[], Insert], column: str
) -> None:
    """Told by the database, or found by the name of the constraint."""
    await add_user("alice@example.com")

    with pytest.raises(DBAPIError) as error:
        await database.run(lambda session: session.execute(statement()))

    failure = failure_of(error.value)
    assert [column] == [*failure.columns] or [column] == constraint_columns(failure.constraint)


def test_a_constraint_that_no_model_has_names_nothing() -> None:
    """One that a migration made by hand, for one."""
    assert [] == constraint_columns("uq_of_somebody_else")


async def test_a_value_that_the_database_cannot_hold_is_the_callers_mistake(
    make_app: MakeApp, login: Login, logged: Logged
) -> None:
    """422, where a type has no bounds of its own; the value itself is told to nobody."""
    router = Router()

    class Unbounded(RequestModel):
        rank: int

    @router.post("/unbounded")
    async def endpoint(session: Session, body: Unbounded) -> None:
        await session.execute(note(rank=body.rank))

    alice = await login("alice@example.com", app=make_app(router))

    response = await alice.post("/unbounded", json={"rank": 2**70})

    assert (422, "invalid_request") == (response.status_code, response.json()["code"])
    assert str(2**70) not in f"{response.text}{logged('value_refused_by_database')}"
    assert 1 == len(logged("value_refused_by_database"))


async def test_a_mistake_of_ours_is_no_mistake_of_the_caller(serve: Serve) -> None:
    """500, and the SQL is told to the log alone."""
    router = Router()

    @router.post("/mistake")
    async def endpoint(session: Session) -> None:
        await session.execute(text("SELECT misspelt FROM users"))

    response = await serve(router).post("/mistake")

    assert (500, "internal_error") == (response.status_code, response.json()["code"])
    assert "misspelt" not in response.text


async def test_texts_are_compared_as_they_are_written(database: Database, add_user: AddUser) -> None:
    """Not without case and accents, as MySQL does by default."""
    alice = await add_user("alice@example.com")
    titles = ["a", "A", "ä", "Ä"]

    async def write(session: AsyncSession) -> None:
        session.add_all(Note(owner_id=alice.id, title=title, rank=0) for title in titles)

    await database.run(write)

    found = await database.run(lambda session: session.scalars(select(Note.title).where(Note.title == "a")))
    assert ["a"] == found.all()
