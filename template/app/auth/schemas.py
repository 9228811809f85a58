"""What comes in at, and goes out of, the account routes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.auth.policy import POLICY
from app.validation import Email, Line, RequestModel, ResponseModel, Secret

NewPassword = Annotated[
    str, Field(min_length=POLICY.password_min_length, max_length=POLICY.password_max_length)
]


class Registration(RequestModel):
    """A new account."""

    email: Email
    password: NewPassword
    name: Line | None = None


class Token(RequestModel):
    """The token of a one-time link."""

    token: Secret


class LoginRequest(RequestModel):
    """Address and password."""

    email: Email
    password: Secret


class Accepted(ResponseModel):
    """The request was taken; what follows comes by mail."""

    detail: str


class SessionRead(ResponseModel):
    """A login: on which device, since when, and whether it is the one that asks."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    current: bool = False
