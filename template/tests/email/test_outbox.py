"""The outbox: a mail is a row in the caller's transaction."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from app.db import Database
from app.email import Email, send
from app.email.models import EmailMessage, EmailStatus
from tests.fixtures.mails import GREETING, SentMails

MAIL = Email("alice@example.com", GREETING, {"url": "https://shop.example"})


async def test_a_mail_goes_out_after_the_commit(database: Database, sent_mails: SentMails) -> None:
    """What the transaction asked for is due at once."""
    await database.run(lambda session: send(session, MAIL))

    [mail] = await sent_mails()

    assert ("alice@example.com", "A greeting") == (mail.to, mail.subject)


async def test_a_rolled_back_transaction_sends_nothing(database: Database, sent_mails: SentMails) -> None:
    """No mail speaks of what never happened."""

    async def work(session: AsyncSession) -> None:
        await send(session, MAIL)
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(work)

    assert [] == await sent_mails()


async def test_a_mail_knows_the_request_it_came_of(database: Database) -> None:
    """So that the lines of its delivery can be found by the request's id."""

    async def work(session: AsyncSession) -> EmailMessage:
        with bound_contextvars(request_id="r-1"):
            await send(session, MAIL)
        return (await session.scalars(select(EmailMessage))).one()

    row = await database.run(work)

    assert ("r-1", EmailStatus.QUEUED, 0) == (row.request_id, row.status, row.attempts)
