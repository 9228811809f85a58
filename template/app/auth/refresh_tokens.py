"""A login's chain of refresh tokens (RFC 9700 section 4.14.2; ASVS 5.0 10.4.5).

Each is good once and is replaced by the next. One that comes a second time was stolen, or its thief came
first: the whole login ends.
"""

from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record_refusal
from app.auth.models import LoginSession, RefreshToken
from app.auth.policy import POLICY
from app.auth.sessions import Login, end_login
from app.auth.tokens import hash_token, new_token
from app.db import after_rollback, utc_now
from app.errors import Unauthorized
from app.users import User


class InvalidRefreshToken(Unauthorized):
    """The refresh token is unknown, used, expired or revoked: log in again."""

    code, title = "invalid_refresh_token", "This refresh token is not valid any more"


async def next_refresh_token(session: AsyncSession, login: Login) -> str:
    """Make the token that continues a login next."""
    token = new_token()
    session.add(
        RefreshToken(
            session_id=login.session_id,
            token_hash=hash_token(token),
            expires_at=utc_now() + POLICY.login_idle_lifetime,
        )
    )
    await session.flush()
    return token


async def continue_login(session: AsyncSession, refresh_token: str) -> Login:
    """Use a refresh token up. Raises InvalidRefreshToken; a reused one ends the login."""
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
    return Login(login.id, login.user_id)
