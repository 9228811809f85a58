"""Session cookies that outlive their session are worth nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import text, update

from app.auth.models import LoginSession
from app.db import Database, utc_now
from app.users import Role, User
from tests.auth.cookies.attacker import ATTACKER, NAME, VICTIM, ask, whoami
from tests.auth.cookies.entrance import enter
from tests.fixtures.accounts import AddUser

End = Callable[[FastAPI, str], Awaitable[object]]


@pytest.fixture(autouse=True)
async def accounts(add_user: AddUser) -> None:
    await add_user(VICTIM)
    await add_user(ATTACKER)


async def by_logout(app: FastAPI, cookie: str) -> None:
    await ask(app, "POST", "/auth/logout", cookie)


async def by_logout_elsewhere(app: FastAPI, cookie: str) -> None:
    await ask(app, "POST", "/auth/logout-all", f"{NAME}={await enter(app, VICTIM)}")


async def by_being_ended_in_the_list(app: FastAPI, cookie: str) -> None:
    [item] = (await ask(app, "GET", "/auth/sessions", cookie)).json()["items"]
    other = f"{NAME}={await enter(app, VICTIM)}"
    await ask(app, "DELETE", f"/auth/sessions/{item['id']}", other)


async def by_a_disabled_account(app: FastAPI, cookie: str) -> None:
    await _write(app, update(User).where(User.email == VICTIM).values(disabled_at=utc_now()))


async def by_a_deleted_account(app: FastAPI, cookie: str) -> None:
    await _write(app, text("DELETE FROM users"))


async def by_a_deleted_row(app: FastAPI, cookie: str) -> None:
    await _write(app, text("DELETE FROM login_sessions"))


async def by_a_row_given_to_another(app: FastAPI, cookie: str) -> None:
    """Whoever can write rows cannot turn a cookie of one user into one of another."""
    answer = await ask(app, "GET", "/users/me", f"{NAME}={await enter(app, ATTACKER)}")
    await _write(app, update(LoginSession).values(user_id=UUID(answer.json()["id"])))


async def _write(app: FastAPI, statement: Any) -> None:
    database: Database = app.state.database
    await database.run(lambda session: session.execute(statement))


@pytest.mark.parametrize(
    "end",
    [
        by_logout,
        by_logout_elsewhere,
        by_being_ended_in_the_list,
        by_a_disabled_account,
        by_a_deleted_account,
        by_a_deleted_row,
        by_a_row_given_to_another,
    ],
)
async def test_what_has_ended_stays_so(app: FastAPI, end: End) -> None:
    """For reading and for writing, and a key that led to an answer shows it no more."""
    cookie, key = f"{NAME}={await enter(app, VICTIM)}", {"Idempotency-Key": "one"}
    change: dict[str, Any] = {"json": {"name": "Victoria"}, "headers": key}
    assert 200 == (await ask(app, "PATCH", "/users/me", cookie, **change)).status_code

    await end(app, cookie)

    assert "invalid_credential" == await whoami(app, cookie)
    again = await ask(app, "PATCH", "/users/me", cookie, **change)
    assert (401, False) == (again.status_code, "idempotent-replayed" in again.headers)
    assert 401 == (await ask(app, "POST", "/auth/logout-all", cookie)).status_code


@pytest.mark.parametrize(("minutes", "steps", "outcome"), [(29, 1, True), (31, 1, False), (29, 51, False)])
async def test_time_ends_it(app: FastAPI, minutes: int, steps: int, outcome: bool) -> None:
    """Half an hour without use, and a day with it; the cookie itself knows nothing of it."""
    cookie, start = f"{NAME}={await enter(app, VICTIM)}", utc_now()
    for step in range(1, steps + 1):
        with time_machine.travel(start + step * timedelta(minutes=minutes)):
            last = await whoami(app, cookie)

    assert (VICTIM if outcome else "invalid_credential") == last


async def test_a_session_never_outgrows_the_role_it_was_opened_with(app: FastAPI, add_user: AddUser) -> None:
    """A cookie stolen from a user is not one of an administrator a day later."""
    await add_user("root@example.com", role=Role.ADMIN)
    stolen, root = f"{NAME}={await enter(app, VICTIM)}", f"{NAME}={await enter(app, 'root@example.com')}"
    user_id = (await ask(app, "GET", "/users/me", stolen)).json()["id"]

    assert 200 == (await ask(app, "PATCH", f"/users/{user_id}", root, json={"role": "admin"})).status_code

    assert "invalid_credential" == await whoami(app, stolen)
