"""What a user sees of logins."""

from datetime import datetime
from uuid import UUID

from app.validation import ResponseModel


class SessionRead(ResponseModel):
    """A login: on which device, since when, and whether it is the one that asks."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    current: bool = False
