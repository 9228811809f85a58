"""Style of authentication: short-lived access tokens (JWT) with rotating refresh tokens."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware import Middleware

from app.auth.access_tokens import AccessToken, AccessTokens, open_access_tokens
from app.auth.access_tokens import router as public_keys
from app.auth.policy import POLICY
from app.auth.refresh_tokens import continue_login, next_refresh_token
from app.auth.sessions import Login, open_login
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public
from app.settings import Settings
from app.validation import IssuedSecret, RequestModel, ResponseModel, Secret

BEARER = b"bearer "

security_scheme = HTTPBearer(auto_error=False, bearerFormat="JWT", description="`access_token` of a login")


def identifier(settings: Settings) -> Callable[[Mapping[bytes, bytes]], AccessToken | None]:
    """Make the function that verifies the credential in a request's headers, without a query."""
    tokens = open_access_tokens(settings)

    def identify(headers: Mapping[bytes, bytes]) -> AccessToken | None:
        value = headers.get(b"authorization", b"")
        if value[: len(BEARER)].lower() != BEARER:
            return None
        return tokens.verify(value[len(BEARER) :].decode("latin-1").strip())

    return identify


def guards(_settings: Settings) -> Sequence[Middleware]:
    """What else must look at each request: nothing. No browser sends a token by itself."""
    return ()


def install(app: FastAPI) -> None:
    """Add what the style needs besides: the keys, and the route where others get the public ones."""
    app.state.access_tokens = open_access_tokens(app.state.settings)
    app.include_router(public_keys)


def came_with_credential(request: Request) -> bool:
    """Whether the client meant to show who it is, valid or not."""
    return "authorization" in request.headers


class LoginAnswer(ResponseModel):
    """What a login gives: a token for requests, and one to get the next pair with."""

    access_token: IssuedSecret
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind, not a token
    expires_in: int
    refresh_token: IssuedSecret


class RefreshRequest(RequestModel):
    """The refresh token of the last answer."""

    refresh_token: Secret


async def issue(request: Request, _response: Response, session: AsyncSession, user_id: UUID) -> LoginAnswer:
    """Open a login and give the client what it needs to act in it."""
    return await _answer(request, session, await open_login(session, user_id, POLICY.login_lifetime))


def withdraw(_request: Request, _response: Response) -> None:
    """Take back what the client was given: its tokens are worthless, and for it to forget."""


async def _answer(request: Request, session: AsyncSession, login: Login) -> LoginAnswer:
    tokens: AccessTokens = request.app.state.access_tokens
    return LoginAnswer(
        access_token=tokens.issue(login),
        expires_in=int(POLICY.access_token_lifetime.total_seconds()),
        refresh_token=await next_refresh_token(session, login),
    )


router = Router(prefix="/auth", tags=["auth"])


@router.post(
    "/refresh",
    dependencies=[rate_limit(POLICY.refresh_rate, by="address", on_outage="refuse")],
    responses={401: {}},
)
@public
@never_stored
async def refresh(request: Request, session: Session, body: RefreshRequest) -> LoginAnswer:
    """Trade a refresh token for the next pair. It is good once: used again, the whole login ends."""
    return await _answer(request, session, await continue_login(session, body.refresh_token))
