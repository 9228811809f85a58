"""The audit trail, for administrators."""

from typing import Annotated
from uuid import UUID

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


@router.get("")
@require(READ_AUDIT)
async def list_audit_events(
    session: Session,
    _current: CurrentUser,
    paging: Paging,
    actor_id: Annotated[UUID | None, Query(description="Only what this user did")] = None,
) -> Page[AuditEventRead]:
    """Who did what, the newest first."""
    query = select(AuditEvent)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    return await paginate(session, query, NEWEST_FIRST, paging, AuditEventRead)
