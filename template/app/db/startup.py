"""At the start the database may be starting, too."""

import asyncio
import time

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.engine import classify
from app.db.failures import FailureKind
from app.settings import SettingsError

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
STARTING = {FailureKind.DISCONNECTED, FailureKind.BUSY, FailureKind.TRANSIENT}
log = structlog.get_logger(__name__)


async def wait_for_database(engine: AsyncEngine, seconds: float) -> None:
    """Wait until the database takes connections, for so many seconds at most.

    Raises SettingsError with one line that says where it was looked for and what stood in the way.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        try:
            async with engine.connect():
                break
        except DBAPIError as error:
            reason = f"{engine.url.render_as_string(hide_password=True)}: {_line(error)}"
            if classify(error).kind not in STARTING:
                raise SettingsError(f"DATABASE_URL: no connection to {reason}") from None
        left = deadline - time.monotonic()
        if left <= 0:
            raise SettingsError(f"DATABASE_URL: no connection in {seconds:g} seconds to {reason}")
        if pause == FIRST_PAUSE:
            log.info("waiting_for_database", reason=reason)
        await asyncio.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    await engine.dispose()


def _line(error: DBAPIError) -> str:
    return " ".join(str(error.orig or error).split())
