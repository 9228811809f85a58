"""What opens when the application starts and closes when it stops."""

from collections.abc import Awaitable, Callable

import pytest

from app.db import Database
from app.email import Email, send
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged
from tests.fixtures.mails import GREETING, Recorder

MAIL = Email("alice@example.com", GREETING, {"url": ""})


async def test_the_worker_runs_beside_the_requests(
    make_app: MakeApp, committed: Database, logged: Logged
) -> None:
    """What waits in the outbox is sent, and the stop waits for what is at hand."""
    app = make_app(database=committed)
    app.state.email_provider = recorder = Recorder()
    await committed.run(lambda session: send(session, MAIL))

    async with app.router.lifespan_context(app):
        await recorder.sent.wait()

    assert ["alice@example.com"] == [mail.to for mail in recorder.mails]
    assert [("test", True)] == [(line["environment"], line["worker"]) for line in logged("started")]
    assert 1 == len(logged("stopped"))


async def test_no_worker_where_one_runs_elsewhere(
    make_app: MakeApp, committed: Database, logged: Logged
) -> None:
    """WORKER_IN_PROCESS=false."""
    app = make_app(database=committed, worker_in_process=False)

    async with app.router.lifespan_context(app):
        assert [False] == [line["worker"] for line in logged("started")]


async def test_what_is_open_is_closed(
    make_app: MakeApp, committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shared store and the database."""
    app, closed = make_app(database=committed, worker_in_process=False), list[object]()
    opened = [app.state.shared_store, app.state.database]
    for kind in {type(each) for each in opened}:

        async def close(self: object, really: Callable[[object], Awaitable[None]] = kind.close) -> None:
            closed.append(self)
            await really(self)

        monkeypatch.setattr(kind, "close", close)

    async with app.router.lifespan_context(app):
        assert [] == closed

    assert opened == closed
