"""What happens beside the requests: mail goes out, and what is too old is removed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from app.db import Database
from app.email.delivery import Delivery
from app.email.message import Provider
from app.housekeeping import remove_expired
from app.settings import Settings

MAILS_AT_ONCE = 2
POLL_SECONDS = 1.0
HOUSEKEEPING_SECONDS = 600.0
PAUSE_AFTER_ERROR_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Worker:
    """Runs until it is stopped; then it finishes what it has begun."""

    def __init__(self, database: Database, provider: Provider, settings: Settings) -> None:
        self.database = database
        self.delivery = Delivery(database, provider, settings.email_from)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`."""
        await asyncio.gather(
            *(self._repeat(self.delivery.deliver_due, POLL_SECONDS) for _ in range(MAILS_AT_ONCE)),
            self._repeat(lambda: remove_expired(self.database), HOUSEKEEPING_SECONDS),
        )

    def stop(self) -> None:
        """Finish what is at hand and end."""
        self._stopping.set()

    async def _repeat(self, work: Callable[[], Awaitable[int]], seconds: float) -> None:
        """Do the work again and again, with a pause when there is none. An error does not end it."""
        while not self._stopping.is_set():
            try:
                pause = 0.0 if await work() else seconds
            except Exception:
                log.exception("worker_error")
                pause = PAUSE_AFTER_ERROR_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause or 0.001)
