"""What opens when the application starts and closes when it stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from app.worker import Worker

log = structlog.get_logger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the worker beside the requests, unless one runs elsewhere; close what is open at the end."""
    settings = app.state.settings
    worker = Worker(app.state.database, app.state.email_provider, settings)
    task = asyncio.create_task(worker.run()) if settings.worker_in_process else None
    log.info("started", environment=settings.environment.value, worker=settings.worker_in_process)
    try:
        yield
    finally:
        if task is not None:
            worker.stop()
            await task
        await app.state.shared_store.close()
        await app.state.database.close()
        log.info("stopped")
