"""Leases: any number of workers, and each mail goes out once."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
import time_machine

from app.db import Database, utc_now
from app.email import delivery
from app.email.delivery import LEASE
from app.email.message import EmailRefused, RenderedEmail
from app.email.models import EmailStatus
from tests.email.outgoing import AWAY, Unreliable, deliver, queue, read
from tests.fixtures.mails import Recorder


async def claim(database: Database, moment: datetime) -> None:
    """What a worker does before it dies."""
    with time_machine.travel(moment, tick=False):
        await database.run(delivery._claim)


async def test_a_mail_at_hand_is_left_alone(database: Database) -> None:
    """Whoever has claimed it has LEASE to send it."""
    await queue(database)
    now = utc_now()
    await claim(database, now)

    with time_machine.travel(now + LEASE - timedelta(seconds=1), tick=False):
        assert 0 == await deliver(database, Recorder())


async def test_the_mail_of_a_dead_worker_is_taken_over(database: Database) -> None:
    """When its lease is over."""
    await queue(database)
    now = utc_now()
    await claim(database, now)

    with time_machine.travel(now + LEASE, tick=False):
        await deliver(database, Unreliable("m-1"))

    row = await read(database)
    assert (EmailStatus.SENT, 2) == (row.status, row.attempts)


@pytest.mark.parametrize("end", [AWAY, EmailRefused("550"), "slow"])
async def test_a_worker_that_lost_its_lease_records_nothing(database: Database, end: Exception | str) -> None:
    """Another one has taken over and sent it: what the slow one met does not count."""

    class Slow(Unreliable):
        async def send(self, email: RenderedEmail) -> str:
            with time_machine.travel(utc_now() + LEASE):
                await deliver(database, Unreliable("quick"))
            return await super().send(email)

    await queue(database)
    await deliver(database, Slow(end))

    row = await read(database)
    assert (EmailStatus.SENT, "quick", None) == (row.status, row.provider_id, row.last_error)


async def test_workers_at_the_same_time_send_each_mail_once(committed: Database) -> None:
    """Two of them share the work; neither waits for the other."""
    for _ in range(6):
        await queue(committed)
    recorder = Recorder()

    async def work() -> int:
        sent = 0
        while await deliver(committed, recorder):
            sent += 1
            await asyncio.sleep(0)
        return sent

    shares = await asyncio.gather(work(), work())

    assert 6 == sum(shares)
    assert [1] * 6 == list(Counter(mail.id for mail in recorder.mails).values())
