"""The outbox: one row for each mail, from the moment it was asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Identified, Timestamped, UtcDateTime, utc_now


class EmailStatus(StrEnum):
    """Where a mail is on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class EmailMessage(Identified, Timestamped, Base):
    """A mail and what became of it."""

    __tablename__ = "email_messages"
    __table_args__ = (Index(None, "status", "due_at"),)

    recipient: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(100))
    # What the template is filled with. Emptied once the mail is gone: it can hold one-time links.
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default=EmailStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    # When to try next; while sending, when the lease ends and another worker may take over.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str | None] = mapped_column(String(255))
    last_error: Mapped[str | None] = mapped_column(Text)
