"""The invoice."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned, Timestamped, UtcDateTime, Versioned


class InvoiceStatus(StrEnum):
    """A draft can be changed; a sent invoice stays as it is."""

    DRAFT = "draft"
    SENT = "sent"


class Invoice(Owned, Timestamped, Versioned, Base):
    """What a customer owes."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("owner_id", "number"),
        # One index for each sort order, alone and behind the filter by status.
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "due_on", "id"),
        Index(None, "owner_id", "status", "created_at", "id"),
        Index(None, "owner_id", "status", "due_on", "id"),
    )

    number: Mapped[str] = mapped_column(String(40))
    customer_name: Mapped[str] = mapped_column(String(200))
    customer_email: Mapped[str] = mapped_column(String(254))
    amount_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    notes: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(20), default=InvoiceStatus.DRAFT)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
