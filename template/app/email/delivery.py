"""Delivery: claim a due mail by lease, render, send, and write down what became of it."""

import random
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, utc_now
from app.email.message import EmailRefused, Provider
from app.email.models import EmailMessage, EmailStatus
from app.email.rendering import render

# A worker that dies loses its mails to another one after this time.
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12  # over about twelve hours
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=4)
log = structlog.get_logger(__name__)


class Delivery:
    """Sends what is in the outbox. Any number of workers may run at once."""

    def __init__(self, database: Database, provider: Provider, sender: str) -> None:
        self.database = database
        self.provider = provider
        self.sender = sender

    async def deliver_due(self) -> int:
        """Try to send one due mail; the number of mails tried, 0 or 1."""
        message = await self.database.run(_claim)
        if message is None:
            return 0
        outcome = await self._attempt(message)
        await self.database.run(partial(_record, message, outcome))
        return 1

    async def _attempt(self, message: EmailMessage) -> dict[str, object]:
        """Send one mail; the columns that tell what became of it."""
        with structlog.contextvars.bound_contextvars(request_id=message.request_id, email_id=str(message.id)):
            try:
                provider_id = await self.provider.send(render(message, self.sender))
            except EmailRefused as error:
                log.warning("email_refused", template=message.template, error=str(error))
                return {"status": EmailStatus.FAILED, "last_error": str(error), "context": {}}
            except Exception as error:
                log.warning("email_attempt_failed", template=message.template, exc_info=True)
                return _failed(message, f"{type(error).__name__}: {error}")
            log.info("email_sent", template=message.template, attempt=message.attempts)
            return {
                "status": EmailStatus.SENT,
                "sent_at": utc_now(),
                "provider_id": provider_id,
                "last_error": None,
                "context": {},
            }


async def _claim(session: AsyncSession) -> EmailMessage | None:
    now = utc_now()
    # First what a worker that died has left. One state at a time: so the index gives the first row, and only
    # that one is locked; over both, some databases would sort all that is due, and lock it.
    for status in (EmailStatus.SENDING, EmailStatus.QUEUED):
        due = select(EmailMessage).where(EmailMessage.status == status, EmailMessage.due_at <= now)
        # Workers skip each other's rows. SQLite has no row locks and needs none: its writers take turns.
        first = due.order_by(EmailMessage.due_at).limit(1).with_for_update(skip_locked=True)
        message = (await session.scalars(first)).one_or_none()
        if message is not None:
            message.status = EmailStatus.SENDING
            message.attempts += 1
            message.due_at = now + LEASE
            return message
    return None


async def _record(message: EmailMessage, outcome: dict[str, object], session: AsyncSession) -> None:
    # Only whoever still holds the lease may say what became of the mail.
    held = (EmailMessage.id == message.id, EmailMessage.due_at == message.due_at)
    await session.execute(update(EmailMessage).where(*held).values(**outcome))


def _failed(message: EmailMessage, error: str) -> dict[str, object]:
    if message.attempts >= MAX_ATTEMPTS:
        return {"status": EmailStatus.FAILED, "last_error": error, "context": {}}
    pause = min(FIRST_RETRY * 2 ** (message.attempts - 1), LONGEST_RETRY)
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, keeps no secret
    return {"status": EmailStatus.QUEUED, "due_at": utc_now() + pause * jitter, "last_error": error}
