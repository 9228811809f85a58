"""At the start the database may be starting, too."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.engine import DatabaseSettings, create_engine
from app.db.startup import wait_for_database
from app.settings import SettingsError, load
from tests.fixtures.backend import transient_error
from tests.fixtures.logs import Logged

Starting = Callable[[int], AsyncEngine]


@pytest.fixture
def starting(second_database: None, monkeypatch: pytest.MonkeyPatch) -> Starting:
    """`starting(3)`: a database that refuses three connections before it takes one."""

    def engine(refusals: int) -> AsyncEngine:
        engine = create_engine(load(DatabaseSettings))
        connect = engine.dialect.connect

        def refuse(*arguments: Any, **options: Any) -> Any:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise transient_error().orig or AssertionError
            return connect(*arguments, **options)

        monkeypatch.setattr(engine.dialect, "connect", refuse)
        return engine

    return engine


async def test_the_start_goes_on_when_the_database_comes(starting: Starting, logged: Logged) -> None:
    """One line tells that it is waited for, however many attempts it takes."""
    await wait_for_database(starting(2), 10)

    assert 1 == len(logged("waiting_for_database"))


async def test_the_start_waits_only_so_long(starting: Starting) -> None:
    """Then one line says where the database was looked for, and what stood in the way."""
    with pytest.raises(
        SettingsError, match=r"^DATABASE_URL: no connection in 0\.1 seconds to \w+\+\w+://.+: "
    ) as end:
        await wait_for_database(starting(1000), 0.1)
    assert 1 == len(str(end.value).splitlines())


async def test_a_start_that_cannot_succeed_is_given_up_at_once(second_database_url: str) -> None:
    """Waiting brings no database that is not there, nor a folder for it."""
    url = "/nowhere/".join(second_database_url.rpartition("/")[::2])
    engine = create_engine(load(DatabaseSettings, database_url=url))

    with pytest.raises(SettingsError, match=r"^DATABASE_URL: no connection to \w+\+\w+://.*nowhere"):
        await wait_for_database(engine, 60)
    await engine.dispose()
