"""Logins and their chains of refresh tokens (RFC 9700 section 4.14.2; ASVS 5.0 10.4.5).

Each refresh token is good once and is replaced by the next. One that comes a second time was stolen, or its
thief came first: the whole login ends.
"""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record, record_refusal
from app.auth.models import LoginSession, RefreshToken
from app.auth.policy import POLICY
from app.auth.tokens import hash_token, new_token
from app.db import after_rollback, new_id, origin_of, utc_now
from app.errors import Unauthorized
from app.users import User


class InvalidRefreshToken(Unauthorized):
    """The refresh token is unknown, used, expired or revoked: log in again."""

    code, title = "invalid_refresh_token", "This refresh token is not valid any more"


@dataclass(frozen=True)
class Login:
    """An open login and the refresh token that continues it."""

    session_id: UUID
    user_id: UUID
    refresh_token: str


async def open_login(session: AsyncSession, user_id: UUID) -> Login:
    """Start a login."""
    origin = origin_of(session)
    row = LoginSession(
        id=new_id(),
        user_id=user_id,
        expires_at=utc_now() + POLICY.login_lifetime,
        address=origin.address,
        user_agent=origin.user_agent,
    )
    session.add(row)
    await session.flush()
    record(session, Event("login", user_id, ("session", row.id)))
    return Login(row.id, user_id, await _next_token(session, row.id))


async def continue_login(session: AsyncSession, refresh_token: str) -> Login:
    """Trade a refresh token for the next one. Raises InvalidRefreshToken; a reused one ends the login."""
    now = utc_now()
    found = (
        await session.execute(
            select(RefreshToken.id, RefreshToken.expires_at, LoginSession, User.disabled_at)
            .join(LoginSession, LoginSession.id == RefreshToken.session_id)
            .join(User, User.id == LoginSession.user_id)
            .where(RefreshToken.token_hash == hash_token(refresh_token))
        )
    ).one_or_none()
    if found is None:
        raise InvalidRefreshToken
    login = found.LoginSession
    # The UPDATE decides: of two who bring the same token at once, one wins, the other one is a reuse.
    used = await session.execute(
        update(RefreshToken)
        .where(RefreshToken.id == found.id, RefreshToken.used_at.is_(None))
        .values(used_at=now)
    )
    if cast(CursorResult[Any], used).rowcount != 1:
        # The refusal rolls this transaction back; the end of the login must stay. Its id is read here:
        # a rollback forgets what was read, and reading it again is not possible by then.
        session_id, user_id = login.id, login.user_id
        after_rollback(session, lambda own: end_login(own, session_id, user_id=user_id))
        record_refusal(session, Event("refresh_token.reused", user_id, ("session", session_id)))
        raise InvalidRefreshToken
    if login.revoked_at or found.disabled_at or min(found.expires_at, login.expires_at) <= now:
        raise InvalidRefreshToken
    login.last_used_at = now
    return Login(login.id, login.user_id, await _next_token(session, login.id))


async def end_login(session: AsyncSession, session_id: UUID, *, user_id: UUID) -> bool:
    """Revoke a user's login: all that came of it is worthless at once. False when there is no such login."""
    return await _revoke(session, LoginSession.user_id == user_id, LoginSession.id == session_id) == 1


async def end_logins(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> None:
    """Revoke all logins of a user, or all but one."""
    kept = () if but is None else (LoginSession.id != but,)
    await _revoke(session, LoginSession.user_id == user_id, *kept)


async def _revoke(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    revoked = await session.execute(
        update(LoginSession).where(*which, LoginSession.revoked_at.is_(None)).values(revoked_at=utc_now())
    )
    return cast(CursorResult[Any], revoked).rowcount


async def _next_token(session: AsyncSession, session_id: UUID) -> str:
    token = new_token()
    session.add(
        RefreshToken(
            session_id=session_id,
            token_hash=hash_token(token),
            expires_at=utc_now() + POLICY.login_idle_lifetime,
        )
    )
    await session.flush()
    return token
