"""Logins with a session cookie: opened under a new one, found by what a browser sends, taken back."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware import Middleware

from app.audit import Event, record
from app.auth.cookies.cookie import SessionCookies
from app.auth.cookies.identity import CookieIdentity
from app.auth.policy import POLICY
from app.auth.sessions import end_login, open_login
from app.http.csrf import CsrfGuard, cookies_named
from app.settings import Settings


def identifier(settings: Settings) -> Callable[[Mapping[bytes, bytes]], CookieIdentity | None]:
    """Make the function that verifies the cookie in a request's headers, without a query."""
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


def came_with_credential(request: Request) -> bool:
    """Whether the client meant to show who it is, valid or not."""
    name = SessionCookies(request.app.state.settings).name.encode()
    return "authorization" in request.headers or bool(cookies_named(name, request.headers.raw))


async def open_session(request: Request, response: Response, session: AsyncSession, user_id: UUID) -> None:
    """Open a login under a new cookie. What came with the request is not taken over: its session ends."""
    if isinstance(before := request.scope["identity"], CookieIdentity):
        await _end(before, session)
    cookies = SessionCookies(request.app.state.settings)
    token, value = cookies.make(user_id)
    await open_login(session, user_id, POLICY.session_idle_lifetime, token_hash=token.token_hash)
    response.headers.append("Set-Cookie", cookies.setting(value))


def withdraw(request: Request, response: Response) -> None:
    """Take back what the client was given."""
    response.headers.append("Set-Cookie", SessionCookies(request.app.state.settings).clearing())


async def _end(identity: CookieIdentity, session: AsyncSession) -> None:
    principal = await identity.principal(session)
    if principal is not None and principal.session_id is not None:
        await end_login(session, principal.session_id, user_id=principal.id)
        record(session, Event("session.ended", principal.id, ("session", principal.session_id)))
