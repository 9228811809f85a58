"""Delivery: what becomes of a mail in the outbox."""

from datetime import timedelta

import pytest
import time_machine
from structlog.contextvars import bound_contextvars

from app.db import Database, utc_now
from app.email.delivery import FIRST_RETRY, LONGEST_RETRY, MAX_ATTEMPTS
from app.email.message import EmailRefused
from app.email.models import EmailStatus
from tests.email.outgoing import AWAY, CONTEXT, Unreliable, deliver, queue, read
from tests.fixtures.logs import Logged
from tests.fixtures.mails import GREETING, Recorder


async def test_a_sent_mail_is_done(database: Database) -> None:
    """What it was filled with is gone: it can hold one-time links."""
    await queue(database)

    tried = [await deliver(database, Unreliable("m-1")) for _ in range(2)]

    row = await read(database)
    assert [1, 0] == tried
    assert (EmailStatus.SENT, "m-1", 1, {}, None) == (
        row.status,
        row.provider_id,
        row.attempts,
        row.context,
        row.last_error,
    )
    assert row.sent_at is not None


async def test_its_lines_in_the_log_carry_the_request(database: Database, logged: Logged) -> None:
    """From the request that asked for a mail to its delivery, there is one id to search for."""
    with bound_contextvars(request_id="r-1"):
        await queue(database)

    await deliver(database, Unreliable("m-1"))

    assert ["r-1"] == [line["request_id"] for line in logged("email_sent")]


async def test_a_failure_is_tried_again_later(database: Database) -> None:
    """Not at once, and with all it needs."""
    with time_machine.travel(utc_now(), tick=False):
        await queue(database)
        tried = [await deliver(database, Unreliable(AWAY)) for _ in range(2)]
        row = await read(database)
        pause = row.due_at - utc_now()

    assert [1, 0] == tried
    assert (EmailStatus.QUEUED, "ConnectionError: the server is away", CONTEXT) == (
        row.status,
        row.last_error,
        row.context,
    )
    assert FIRST_RETRY * 0.8 <= pause <= FIRST_RETRY * 1.2


async def test_a_later_attempt_may_succeed(database: Database) -> None:
    """Then nothing is left of the error."""
    await queue(database)
    provider = Unreliable(AWAY, "m-1")
    await deliver(database, provider)

    with time_machine.travel((await read(database)).due_at):
        await deliver(database, provider)

    row = await read(database)
    assert (EmailStatus.SENT, 2, None) == (row.status, row.attempts, row.last_error)


async def test_the_pauses_grow_until_it_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice as long each time, up to the longest; after the last attempt the mail has failed."""
    monkeypatch.setattr("random.uniform", lambda low, high: 1.0)
    await queue(database)
    pauses = []

    for _ in range(MAX_ATTEMPTS):
        with time_machine.travel((await read(database)).due_at, tick=False):
            await deliver(database, Unreliable(AWAY))
            pauses.append((await read(database)).due_at - utc_now())

    row = await read(database)
    assert [min(FIRST_RETRY * 2**n, LONGEST_RETRY) for n in range(MAX_ATTEMPTS - 1)] == pauses[:-1]
    assert LONGEST_RETRY == max(pauses), "the longest pause is reached"
    assert (EmailStatus.FAILED, {}, "ConnectionError: the server is away") == (
        row.status,
        row.context,
        row.last_error,
    )


async def test_a_failed_mail_is_not_tried_again(database: Database) -> None:
    """However long one waits."""
    await queue(database)
    await deliver(database, Unreliable(EmailRefused("550 no such user")))

    with time_machine.travel(utc_now() + timedelta(days=30)):
        assert 0 == await deliver(database, Recorder())


async def test_a_refused_mail_has_failed_at_once(database: Database, logged: Logged) -> None:
    """Trying again is useless; what it was filled with is gone."""
    await queue(database)

    await deliver(database, Unreliable(EmailRefused("550 no such user")))

    row = await read(database)
    assert (EmailStatus.FAILED, 1, {}, "550 no such user") == (
        row.status,
        row.attempts,
        row.context,
        row.last_error,
    )
    assert [GREETING] == [line["template"] for line in logged("email_refused")]


async def test_a_template_that_fails_is_tried_again(database: Database) -> None:
    """The next release may have mended it; nothing was sent."""
    await queue(database, context={})
    recorder = Recorder()

    await deliver(database, recorder)

    row = await read(database)
    assert (EmailStatus.QUEUED, "UndefinedError: 'url' is undefined") == (row.status, row.last_error)
    assert [] == recorder.mails


async def test_a_failing_mail_does_not_hold_up_the_others(database: Database) -> None:
    """While it waits for its next attempt, they go out."""
    recorder = Recorder()
    await queue(database)
    await deliver(database, Unreliable(AWAY))
    await queue(database, to="bob@customer.example")

    assert [1, 0] == [await deliver(database, recorder) for _ in range(2)]
    assert ["bob@customer.example"] == [mail.to for mail in recorder.mails]
