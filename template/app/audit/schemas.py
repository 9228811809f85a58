"""What the audit trail looks like from outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.audit.models import Result
from app.validation import ResponseModel


class AuditEventRead(ResponseModel):
    """One event."""

    id: UUID
    occurred_at: datetime
    action: str
    result: Result
    actor_id: UUID | None
    resource_type: str | None
    resource_id: str | None
    address: str | None
    user_agent: str | None
    request_id: str | None
    details: dict[str, Any]
