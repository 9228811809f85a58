"""What a user looks like from outside."""

from datetime import datetime
from uuid import UUID

from app.users.models import Role
from app.validation import Line, PatchModel, ResponseModel


class UserRead(ResponseModel):
    """A user."""

    id: UUID
    email: str
    name: str | None
    role: Role
    created_at: datetime
    updated_at: datetime


class AccountRead(UserRead):
    """A user, as an administrator sees one."""

    is_service: bool
    email_verified_at: datetime | None
    disabled_at: datetime | None


class AccountUpdate(PatchModel):
    """What an administrator may change about somebody."""

    role: Role | None = None
    disabled: bool | None = None


class UserUpdate(PatchModel):
    """What users may change about themselves. Fields left out stay as they are."""

    name: Line | None = None

    nullable = frozenset({"name"})
