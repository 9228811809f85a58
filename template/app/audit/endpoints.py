"""The audit trail, for administrators."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Query
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.schemas import AuditEventRead
from app.auth import CurrentUser
from app.auth.permissions import READ_AUDIT, require
from app.db import Session
from app.http import Router
from app.pagination import Page, Paging, Sort, paginate

NEWEST_FIRST = Sort(AuditEvent.occurred_at, AuditEvent.id, descending=True)
router = Router(prefix="/audit-events", tags=["administration"])
log = structlog.get_logger(__name__)


@router.get("")
@require(READ_AUDIT)
async def list_audit_events(
    session: Session,
    current: CurrentUser,
    paging: Paging,
    actor_id: Annotated[
        UUID | None, Query(description="Only what this user did, or was tried in their name")
    ] = None,
) -> Page[AuditEventRead]:
    """Who did what, the newest first."""
    query = select(AuditEvent)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    page = await paginate(session, query, NEWEST_FIRST, paging, AuditEventRead)
    # A line, not a row (PCI DSS 10.2.1.3): a GET writes nothing, and the log is out of the reader's hands.
    log.info("audit_trail_read", actor_id=current.id, of_actor_id=actor_id, rows=len(page.items))
    return page
