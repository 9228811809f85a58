"""The user who makes a request, known by one query."""

from dataclasses import dataclass
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.credentials import security_scheme
from app.auth.models import LoginSession
from app.db import Session, utc_now
from app.errors import Unauthorized
from app.users.models import Role, User


class InvalidCredential(Unauthorized):
    """The credential is malformed, expired, revoked or not ours (RFC 6750 section 3.1)."""

    code, title = "invalid_credential", "The credential is not valid any more"

    def __init__(self) -> None:
        super().__init__()
        self.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'


@dataclass(frozen=True)
class Principal:
    """The authenticated user."""

    id: UUID
    session_id: UUID
    email: str
    role: Role


class VerifiedIdentity(Protocol):
    """What a valid credential says, whatever its style."""

    @property
    def user_id(self) -> UUID:
        """Whose it is."""

    @property
    def session_id(self) -> UUID:
        """The login it came of."""


# Built once: every request runs it.
_PRINCIPAL = (
    select(User.id, User.email, User.role)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        LoginSession.id == bindparam("session_id"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        User.id == bindparam("user_id"),
        User.disabled_at.is_(None),
    )
)


async def authenticate(identity: VerifiedIdentity, session: AsyncSession) -> Principal:
    """The user behind a credential. Raises InvalidCredential when the login has ended."""
    values = {"user_id": identity.user_id, "session_id": identity.session_id, "now": utc_now()}
    row = (await session.execute(_PRINCIPAL, values)).one_or_none()
    if row is None:
        raise InvalidCredential
    return Principal(row.id, identity.session_id, row.email, Role(row.role))


async def _current_user(
    request: Request, session: Session, _documented: Annotated[object, Depends(security_scheme)]
) -> Principal:
    identity: VerifiedIdentity | None = request.scope["identity"]
    if identity is None:
        raise InvalidCredential if "authorization" in request.headers else Unauthorized
    return await authenticate(identity, session)


CurrentUser = Annotated[Principal, Depends(_current_user)]
