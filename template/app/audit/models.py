"""One row of the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Identified, UtcDateTime, utc_now


class Result(StrEnum):
    """How it went."""

    DONE = "done"
    REFUSED = "refused"


class AuditEvent(Identified, Base):
    """Who, what, when, from where, to what, and how it went (PCI DSS 10.2.2; NIST SP 800-53 AU-3)."""

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "occurred_at", "id"), Index(None, "actor_id", "occurred_at", "id"))

    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    action: Mapped[str] = mapped_column(String(60))
    result: Mapped[str] = mapped_column(String(10))
    # No foreign keys: the trail outlives whom and what it speaks of.
    actor_id: Mapped[UUID | None] = mapped_column(Id)
    resource_type: Mapped[str | None] = mapped_column(String(60))
    resource_id: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(200))
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
