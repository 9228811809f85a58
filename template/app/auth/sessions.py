"""Logins: opened, ended one by one or all at once. How a client continues one depends on the style."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.models import LoginSession
from app.db import new_id, origin_of, utc_now


@dataclass(frozen=True)
class Login:
    """An open login."""

    session_id: UUID
    user_id: UUID


async def open_login(
    session: AsyncSession, user_id: UUID, lifetime: timedelta, *, token_hash: str | None = None
) -> Login:
    """Start a login."""
    origin = origin_of(session)
    row = LoginSession(
        id=new_id(),
        user_id=user_id,
        token_hash=token_hash,
        expires_at=utc_now() + lifetime,
        address=origin.address,
        user_agent=origin.user_agent,
    )
    session.add(row)
    await session.flush()
    record(session, Event("login", user_id, ("session", row.id)))
    return Login(row.id, user_id)


async def end_login(session: AsyncSession, session_id: UUID, *, user_id: UUID) -> bool:
    """Revoke a user's login: all that came of it is worthless at once. False when there is no such login."""
    return await _revoke(session, LoginSession.user_id == user_id, LoginSession.id == session_id) == 1


async def end_logins(session: AsyncSession, user_id: UUID) -> None:
    """Revoke all logins of a user."""
    await _revoke(session, LoginSession.user_id == user_id)


async def _revoke(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    revoked = await session.execute(
        update(LoginSession).where(*which, LoginSession.revoked_at.is_(None)).values(revoked_at=utc_now())
    )
    return cast(CursorResult[Any], revoked).rowcount
