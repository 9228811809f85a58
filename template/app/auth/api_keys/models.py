"""The API key, as it is kept: without its secret."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.api_keys.prefix import beginning_of
from app.db import Base, Owned, UtcDateTime, utc_now


class ApiKey(Owned, Base):
    """A key that acts for its owner. A revoked one has no row; that there was one is in the audit trail."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "owner_id", "created_at", "id"), Index(None, "expires_at"))

    name: Mapped[str] = mapped_column(String(200))
    key_hash: Mapped[str] = mapped_column(String(64))
    # A list of names of permissions.
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def beginning(self) -> str:
        """What the key begins with."""
        return beginning_of(self.id)
