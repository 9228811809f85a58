"""Probes for whoever runs this service: is it alive, is it ready for requests?"""

from typing import Literal

import structlog
from fastapi import APIRouter, Request

from app.errors import Unavailable
from app.marks import public
from app.validation import ResponseModel

router = APIRouter(prefix="/health", tags=["service"])
log = structlog.get_logger(__name__)


class Health(ResponseModel):
    """The state of the process, or of one of its parts."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """The state of each part that requests need."""

    checks: dict[str, str]


@router.get("/live")
@public
async def live() -> Health:
    """The process answers. Nothing else is looked at, so that an outage elsewhere never restarts it."""
    return Health()


@router.get("/ready")
@public
async def ready(request: Request) -> Readiness:
    """The database answers and is migrated: send requests. 503 otherwise.

    A shared store that is unavailable is told and no reason to send none: most requests do without.
    """
    # Alembic: no other request needs it, and it is a fifth of the time that the start takes.
    from app.db.migrations import pending  # noqa: PLC0415

    checks = {"database": "ok", "migrations": "ok"}
    try:
        if missing := await pending(request.app.state.database):
            checks["migrations"] = f"{len(missing)} pending; run `api db upgrade`"
    except Exception as error:
        log.warning("not_ready", error=str(error))
        checks = {"database": "unreachable", "migrations": "unknown"}
    if any(state != "ok" for state in checks.values()):
        raise Unavailable("Not ready for requests.", retry_after=5, checks=checks)
    checks["shared_store"] = await request.app.state.shared_store.state()
    return Readiness(checks=checks)
