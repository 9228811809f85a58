"""The user."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Identified, Timestamped, UtcDateTime, Versioned


class Role(StrEnum):
    """What a user may do."""

    USER = "user"
    ADMIN = "admin"


class User(Identified, Timestamped, Versioned, Base):
    """Somebody with an account."""

    __tablename__ = "users"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "role", "id"),
        Index(None, "is_service", "created_at", "id"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default=Role.USER)
    # A program: it has no password and no mail, and comes in by its API keys alone.
    is_service: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
