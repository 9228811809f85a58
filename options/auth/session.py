"""Style of authentication: a cookie for browsers, each login a row on the server."""

from datetime import datetime
from uuid import UUID

from fastapi import Request, Response
from fastapi.security import APIKeyCookie
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.cookies import HOST_NAME, SessionCookies
from app.auth.cookies.login import came_with_credential, guards, identifier, open_session, withdraw
from app.auth.models import LoginSession
from app.auth.policy import POLICY
from app.auth.principal import Principal
from app.db import utc_now
from app.http.csrf import demand_own_page
from app.validation import ResponseModel

__all__ = [
    "LoginAnswer",
    "came_with_credential",
    "guards",
    "identifier",
    "issue",
    "renew",
    "security_scheme",
    "withdraw",
]
security_scheme = APIKeyCookie(
    name=HOST_NAME, auto_error=False, description="Set by a login; over plain http without `__Host-`"
)


class LoginAnswer(ResponseModel):
    """When the login ends: not used for so many seconds, or at the moment named here in any case."""

    idle_seconds: int
    expires_at: datetime


async def issue(request: Request, response: Response, session: AsyncSession, user_id: UUID) -> LoginAnswer:
    """Open a login under a new cookie."""
    # Or a page could log its visitor in to an account of its own.
    demand_own_page(request.headers, request.app.state.settings)
    await open_session(request, response, session, user_id)
    return LoginAnswer(
        idle_seconds=int(POLICY.session_idle_lifetime.total_seconds()),
        expires_at=utc_now() + POLICY.session_lifetime,
    )


async def renew(request: Request, response: Response, session: AsyncSession, current: Principal) -> None:
    """Go on with a login under a new cookie: whoever has a copy of the old one is out (ASVS 5.0 7.2.4)."""
    cookies = SessionCookies(request.app.state.settings)
    token, value = cookies.make(current.id)
    await session.execute(
        update(LoginSession).where(LoginSession.id == current.session_id).values(token_hash=token.token_hash)
    )
    response.headers.append("Set-Cookie", cookies.setting(value))
