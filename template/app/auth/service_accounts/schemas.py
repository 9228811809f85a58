"""What a service account looks like from outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.users import Role
from app.validation import RequestModel, ResponseModel

ServiceName = Annotated[str, Field(max_length=50, pattern="^[a-z][a-z0-9-]*$", examples=["nightly-export"])]


class ServiceAccountCreate(RequestModel):
    """A new service account: what the program is called, and its role, which must be yours to give."""

    name: ServiceName
    role: Role = Role.USER


class ServiceAccountRead(ResponseModel):
    """A service account. Its address is its name, which never changes; no mail reaches it."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
