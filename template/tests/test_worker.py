"""What happens beside the requests."""

import asyncio

import pytest

from app import worker
from app.db import Database
from app.settings import Settings
from app.worker import Worker
from tests.fixtures.logs import Logged
from tests.fixtures.mails import Recorder


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "HOUSEKEEPING_SECONDS", "PAUSE_AFTER_ERROR_SECONDS"):
        monkeypatch.setattr(worker, name, 0.001)


async def test_an_error_does_not_end_it(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    """It is logged, and the work is tried again; mail and housekeeping do not stop each other."""
    outcomes = iter(["error", "sent", "nothing"])
    done, cleaned = asyncio.Event(), asyncio.Event()

    async def deliver() -> int:
        outcome = next(outcomes, None)
        if outcome is None:
            done.set()
            return 0
        if outcome == "error":
            raise RuntimeError("the database is away")
        return int(outcome == "sent")

    async def clean(database: Database) -> int:
        cleaned.set()
        return 0

    subject = Worker(database, Recorder(), settings)
    monkeypatch.setattr(subject.delivery, "deliver_due", deliver)
    monkeypatch.setattr(worker, "remove_expired", clean)
    task = asyncio.create_task(subject.run())
    await asyncio.gather(done.wait(), cleaned.wait())

    subject.stop()
    await task

    assert [("RuntimeError", "the database is away")] == [
        (line["exception"][0]["exc_type"], line["exception"][0]["exc_value"])
        for line in logged("worker_error")
    ]


async def test_it_finishes_what_is_at_hand(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to stop amid a mail, it stops behind it."""
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def deliver() -> int:
        begun.set()
        await may_end.wait()
        ended.append(True)
        return 1

    async def clean(database: Database) -> int:
        return 0

    subject = Worker(database, Recorder(), settings)
    monkeypatch.setattr(subject.delivery, "deliver_due", deliver)
    monkeypatch.setattr(worker, "remove_expired", clean)
    task = asyncio.create_task(subject.run())
    await begun.wait()

    subject.stop()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    await task

    assert len(ended) >= 1
