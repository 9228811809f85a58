"""Style of authentication: a cookie for browsers, each login a row on the server."""

from datetime import datetime
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.security import APIKeyCookie
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.cookies import HOST_NAME
from app.auth.cookies.login import came_with_credential, guards, identifier, open_session, withdraw
from app.auth.policy import POLICY
from app.db import utc_now
from app.http.csrf import demand_own_page
from app.validation import ResponseModel

__all__ = [
    "LoginAnswer",
    "came_with_credential",
    "guards",
    "identifier",
    "install",
    "issue",
    "security_scheme",
    "withdraw",
]
security_scheme = APIKeyCookie(
    name=HOST_NAME, auto_error=False, description="Set by a login; over plain http without `__Host-`"
)


def install(_app: FastAPI) -> None:
    """Add what the style needs besides: nothing."""


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
