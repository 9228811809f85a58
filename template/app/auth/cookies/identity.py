"""Whose a session cookie is: one query; and when it was last used, written down beside the request."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.cookies.cookie import SessionToken
from app.auth.models import LoginSession
from app.auth.policy import POLICY
from app.auth.principal import Principal
from app.db import afterwards, utc_now
from app.users import Role, User

# Built once: every request runs it.
_OF_TOKEN = (
    select(
        User.id,
        User.email,
        User.role,
        LoginSession.id.label("session_id"),
        LoginSession.created_at,
        LoginSession.last_used_at,
    )
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        User.id == bindparam("user_id"),
        User.disabled_at.is_(None),
    )
)


@dataclass(frozen=True)
class CookieIdentity:
    """A cookie that was issued here; its session may have ended since."""

    token: SessionToken

    @property
    def caller(self) -> str:
        """The user's name in rate limits and logs."""
        return f"user:{self.token.user_id}"

    async def principal(self, session: AsyncSession) -> Principal | None:
        """The user, or None when the session has ended; that it was used is written down."""
        now = utc_now()
        values = {"token_hash": self.token.token_hash, "user_id": self.token.user_id, "now": now}
        row = (await session.execute(_OF_TOKEN, values)).one_or_none()
        if row is None:
            return None
        if row.last_used_at <= now - POLICY.session_use_interval:
            until = min(now + POLICY.session_idle_lifetime, row.created_at + POLICY.session_lifetime)
            # Not in the request's own transaction: a GET has none, and what is refused was a use, too.
            afterwards(session, partial(_note_use, row.session_id, now, until))
        return Principal(row.id, row.email, Role(row.role), row.session_id)


async def _note_use(session_id: UUID, now: datetime, until: datetime, session: AsyncSession) -> None:
    """Write down that a session is used, and its new end. Of many requests at once, one writes."""
    await session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.last_used_at <= now - POLICY.session_use_interval)
        .values(last_used_at=now, expires_at=until)
    )
