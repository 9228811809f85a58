"""Logging in with a browser: to the provider and back."""

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record_refusal
from app.auth.cookies.login import open_session
from app.auth.oidc.claims import Claims
from app.auth.oidc.flight import Flight, FlightCookies
from app.auth.oidc.login import Answer, LoginFailed, LoginRefused, ProviderLogin, failed
from app.auth.oidc.provider import provider
from app.auth.oidc.users import bring_up_to_date
from app.auth.policy import POLICY
from app.db import Session, apart
from app.http import Router, rate_limit
from app.marks import public

router = Router(prefix="/auth", tags=["auth"])

# A path, here or on the frontend: printable ASCII without a backslash, which browsers take for a slash; and
# not two slashes at its beginning, behind which a host stands.
ReturnTo = Annotated[
    str,
    Query(
        max_length=1000,
        pattern=r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$",
        description="The path to be at afterwards, on FRONTEND_URL, or on this service where there is none",
    ),
]
Code = Annotated[str | None, Query(max_length=4096)]
Word = Annotated[str | None, Query(max_length=300)]


async def _answer(code: Code = None, state: Word = None, iss: Word = None, error: Word = None) -> Answer:
    return Answer(code, state, iss, error)


LIMITED: Any = rate_limit(POLICY.provider_login_rate, by="address", on_outage="refuse")


@router.get(
    "/login",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[LIMITED],
    responses={303: {"description": "To the identity provider"}},
)
@public
async def login(request: Request, return_to: ReturnTo = "/") -> RedirectResponse:
    """Log in: open this address in a browser."""
    settings, flight = request.app.state.settings, Flight(return_to)
    response = RedirectResponse(await ProviderLogin(provider(), settings).question(flight), 303)
    response.headers.append("Set-Cookie", FlightCookies(settings).setting(flight))
    return response


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[LIMITED],
    responses={303: {"description": "Logged in, and on to `return_to`"}, 403: {}},
)
@public
async def callback(
    request: Request, session: Session, answer: Annotated[Answer, Depends(_answer)]
) -> RedirectResponse:
    """Where the provider sends the browser back to: a session begins."""
    cookies = FlightCookies(request.app.state.settings)
    if (flight := cookies.read(request.headers.raw)) is None:
        raise failed(session, "state")
    way = ProviderLogin(provider(), request.app.state.settings)
    try:
        claims = await way.claims(session, flight, answer)
        # A GET has no transaction to write in; and what the provider has said is not asked for again.
        return await apart(session, partial(_enter, request, flight, claims, cookies))
    except (LoginFailed, LoginRefused) as refusal:
        refusal.headers["Set-Cookie"] = cookies.clearing()
        raise


async def _enter(
    request: Request, flight: Flight, claims: Claims, cookies: FlightCookies, session: AsyncSession
) -> RedirectResponse:
    user = await bring_up_to_date(session, claims)
    if user.disabled_at is not None:
        record_refusal(session, Event("login", user.id, ("user", user.id), {"reason": "disabled"}))
        raise LoginRefused("This account is disabled.")
    response = RedirectResponse(request.app.state.settings.frontend_url + flight.return_to, 303)
    await open_session(request, response, session, user.id)
    response.headers.append("Set-Cookie", cookies.clearing())
    return response
