"""The authenticated user, as the rest of the service knows one, whatever the style of authentication."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import LoginSession
from app.auth.permissions import Permission
from app.db import utc_now
from app.users import Role, User


@dataclass(frozen=True)
class Principal:
    """Who is asking, and what for: in a login of theirs, or with an API key and its scopes."""

    id: UUID
    email: str
    role: Role
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None  # None: everything the role may do

    def may(self, permission: Permission) -> bool:
        """Whether the role has this permission and, of an API key, the scopes have it too."""
        return self.role in permission.roles and (self.scopes is None or permission.name in self.scopes)


# Built once: every request runs it.
_OF_SESSION = (
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


async def principal_of_session(session: AsyncSession, user_id: UUID, session_id: UUID) -> Principal | None:
    """The user of an open login, or None when it has ended."""
    values = {"user_id": user_id, "session_id": session_id, "now": utc_now()}
    row = (await session.execute(_OF_SESSION, values)).one_or_none()
    return None if row is None else Principal(row.id, row.email, Role(row.role), session_id)
