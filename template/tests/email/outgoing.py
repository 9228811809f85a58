"""Mails on their way, for the tests of the delivery."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.email import Email, send
from app.email.delivery import Delivery
from app.email.message import Provider, RenderedEmail
from app.email.models import EmailMessage
from tests.fixtures.mails import GREETING, SENDER

CONTEXT = {"url": "https://shop.example"}
AWAY = ConnectionError("the server is away")


class Unreliable:
    """A provider that does, mail by mail, what it is told: an error to raise or an id to give."""

    def __init__(self, *outcomes: Exception | str) -> None:
        self.outcomes = iter(outcomes)

    async def send(self, email: RenderedEmail) -> str:
        outcome = next(self.outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def queue(
    database: Database, context: dict[str, Any] = CONTEXT, to: str = "ann@customer.example"
) -> None:
    mail = Email(to, GREETING, context)
    await database.run(lambda session: send(session, mail))


async def read(database: Database) -> EmailMessage:
    async def work(session: AsyncSession) -> EmailMessage:
        return (await session.scalars(select(EmailMessage))).one()

    return await database.run(work, read_only=True)


async def deliver(database: Database, provider: Provider) -> int:
    return await Delivery(database, provider, SENDER).deliver_due()
