"""Style of authentication: a cookie for browsers, each login a row on the server."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.security import APIKeyCookie
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware import Middleware

from app.audit import Event, record
from app.auth.cookies import HOST_NAME, CookieIdentity, SessionCookies
from app.auth.policy import POLICY
from app.auth.sessions import end_login, open_login
from app.db import utc_now
from app.http.csrf import CsrfGuard, cookies_named, demand_own_page
from app.settings import Settings
from app.validation import ResponseModel

security_scheme = APIKeyCookie(
    name=HOST_NAME, auto_error=False, description="Set by a login; over plain http without `__Host-`"
)


def identifier(settings: Settings) -> Callable[[Mapping[bytes, bytes]], CookieIdentity | None]:
    """Make the function that verifies the credential in a request's headers, without a query."""
    cookies = SessionCookies(settings)
    name = cookies.name.encode()

    def identify(headers: Mapping[bytes, bytes]) -> CookieIdentity | None:
        # One credential a request: what comes with an Authorization header is not looked at for CSRF.
        if b"authorization" in headers:
            return None
        values = cookies_named(name, headers.items())
        # Two of one name: somebody else has set one of them, and nothing tells which.
        token = cookies.read(values[0]) if len(values) == 1 else None
        return CookieIdentity(token) if token else None

    return identify


def guards(settings: Settings) -> Sequence[Middleware]:
    """What else must look at each request: a browser sends its cookies by itself."""
    return (Middleware(CsrfGuard, settings=settings, cookie=SessionCookies(settings).name.encode()),)


def install(_app: FastAPI) -> None:
    """Add what the style needs besides: nothing."""


def came_with_credential(request: Request) -> bool:
    """Whether the client meant to show who it is, valid or not."""
    name = SessionCookies(request.app.state.settings).name.encode()
    return "authorization" in request.headers or bool(cookies_named(name, request.headers.raw))


class LoginAnswer(ResponseModel):
    """When the login ends: not used for so many seconds, or at the moment named here in any case."""

    idle_seconds: int
    expires_at: datetime


async def issue(request: Request, response: Response, session: AsyncSession, user_id: UUID) -> LoginAnswer:
    """Open a login under a new cookie. What came with the request is not taken over: its session ends."""
    settings: Settings = request.app.state.settings
    demand_own_page(request.headers, settings)  # or a page could log its visitor in to an account of its own
    if isinstance(before := request.scope["identity"], CookieIdentity):
        await _end(before, session)
    cookies = SessionCookies(settings)
    token, value = cookies.make(user_id)
    await open_login(session, user_id, POLICY.session_idle_lifetime, token_hash=token.token_hash)
    response.headers.append("Set-Cookie", cookies.setting(value))
    return LoginAnswer(
        idle_seconds=int(POLICY.session_idle_lifetime.total_seconds()),
        expires_at=utc_now() + POLICY.session_lifetime,
    )


def withdraw(request: Request, response: Response) -> None:
    """Take back what the client was given."""
    response.headers.append("Set-Cookie", SessionCookies(request.app.state.settings).clearing())


async def _end(identity: CookieIdentity, session: AsyncSession) -> None:
    principal = await identity.principal(session)
    if principal is not None and principal.session_id is not None:
        await end_login(session, principal.session_id, user_id=principal.id)
        record(session, Event("session.ended", principal.id, ("session", principal.session_id)))
