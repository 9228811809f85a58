"""`api user reset-second-factor`: for somebody who has lost it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent
from app.auth.models import LoginSession, RecoveryCode, SecondFactor
from app.db import utc_now
from app.email.models import EmailMessage
from app.users import User
from app.users import repository as users
from tests.cli.conftest import Api, in_database
from tests.fixtures.environment import SECRET_KEY

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def ready(folder: Path, second_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has its tables, and mails can say where to go."""
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("ENVIRONMENT", "test")


def add_ann(*, confirmed: bool) -> None:
    """An account with a second factor and an open login."""

    async def work(session: AsyncSession) -> None:
        ann = await users.add(session, User(email=ANN))
        now = utc_now()
        session.add(
            SecondFactor(user_id=ann.id, sealed_secret=b"sealed", confirmed_at=now if confirmed else None)
        )
        session.add(LoginSession(user_id=ann.id, expires_at=now))
        await session.flush()
        session.add(RecoveryCode(user_id=ann.id, code_hash="0" * 64))

    in_database(work)


def count(model: type) -> int:
    return in_database(lambda session: session.scalar(select(func.count()).select_from(model))) or 0


def test_the_factor_is_gone_with_all_that_came_of_it(api: Api) -> None:
    """Its recovery codes, and every login; whoever has the account hears of it."""
    add_ann(confirmed=True)

    result = api("user", "reset-second-factor", "Ann@Example.com")

    async def read(session: AsyncSession) -> Sequence[Sequence[object]]:
        columns = (LoginSession.revoked_at, EmailMessage.template, AuditEvent.action, AuditEvent.actor_id)
        return [(await session.scalars(select(column))).all() for column in columns]

    [[revoked_at], mails, actions, actors] = in_database(read)
    assert (0, "") == (result.code, result.err)
    assert "ann@example.com logs in with the password alone" in result.out
    assert [0, 0] == [count(SecondFactor), count(RecoveryCode)]
    assert revoked_at
    assert (["second_factor_removed"], ["second_factor.reset"], [None]) == (mails, actions, actors)


@pytest.mark.parametrize("begun", [True, False])
def test_who_has_none_is_told(api: Api, begun: bool) -> None:
    """Also where one was begun and never confirmed, and where there is no account."""
    if begun:
        add_ann(confirmed=False)

    result = api("user", "reset-second-factor", ANN)

    assert (1, "ann@example.com has no account with a second factor.\n") == (result.code, result.err)
    assert int(begun) == count(SecondFactor)


def test_what_is_no_address_is_refused(api: Api) -> None:
    """In one line."""
    result = api("user", "reset-second-factor", "ann")

    assert (2, 1) == (result.code, len(result.err.splitlines()))
