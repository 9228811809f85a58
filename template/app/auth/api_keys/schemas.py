"""What an API key looks like from outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.auth.policy import POLICY
from app.validation import IssuedSecret, Line, RequestModel, ResponseModel

Scope = Annotated[str, Field(max_length=60, pattern="^[a-z_]+:[a-z_]+$", examples=["account:read"])]
# One that is named twice counts once: the contract says so, too.
Scopes = Annotated[set[Scope], Field(min_length=1, max_length=100, json_schema_extra={"uniqueItems": False})]
Days = Annotated[int, Field(ge=1, le=POLICY.api_key_max_days, description="After so many days it ends")]


class ApiKeyCreate(RequestModel):
    """A new key: what it is for, and what it may do. A scope is a permission that you have yourself."""

    name: Line
    scopes: Scopes
    expires_in_days: Days = POLICY.api_key_days


class ApiKeyRotation(RequestModel):
    """The key that takes the place of another one."""

    expires_in_days: Days = POLICY.api_key_days


class ApiKeyRead(ResponseModel):
    """A key, by its beginning. The rest of it is known to whoever keeps it, and to nobody here."""

    id: UUID
    name: str
    beginning: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class ApiKeyIssued(ApiKeyRead):
    """A new key, shown this once."""

    key: IssuedSecret
