"""Style of authentication: short-lived access tokens (JWT) with rotating refresh tokens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware import Middleware

from app import about
from app.auth.policy import POLICY
from app.auth.principal import Principal, principal_of_session
from app.auth.refresh_tokens import continue_login, next_refresh_token
from app.auth.sessions import Login, open_login
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public
from app.settings import Settings
from app.validation import IssuedSecret, RequestModel, ResponseModel, Secret

ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068 section 2.1: an access token, and nothing else signed with this key
BEARER = b"bearer "

security_scheme = HTTPBearer(auto_error=False, bearerFormat="JWT", description="`access_token` of a login")


@dataclass(frozen=True)
class AccessToken:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID

    @property
    def caller(self) -> str:
        """The user's name in rate limits and logs."""
        return f"user:{self.user_id}"

    async def principal(self, session: AsyncSession) -> Principal | None:
        """The user, or None when the login has ended: a token lives on, but is worth nothing."""
        return await principal_of_session(session, self.user_id, self.session_id)


class AccessTokens:
    """Signs and verifies access tokens with one key, one algorithm, one type."""

    def __init__(self, settings: Settings) -> None:
        self._key = OctKey.import_key(settings.derived_key("access-token"))
        self._issuer = settings.public_url
        self._claims = jwt.JWTClaimsRegistry(
            leeway=int(POLICY.clock_leeway.total_seconds()),
            iss={"essential": True, "value": settings.public_url},
            aud={"essential": True, "value": about.NAME},
            exp={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
        )

    def issue(self, login: Login) -> str:
        """Sign a token for a login."""
        now = datetime.now(UTC)
        claims = {
            "iss": self._issuer,
            "aud": about.NAME,
            "sub": str(login.user_id),
            "sid": str(login.session_id),
            "jti": uuid4().hex,
            "iat": int(now.timestamp()),
            "exp": int((now + POLICY.access_token_lifetime).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE}, claims, self._key, algorithms=[ALGORITHM])

    def verify(self, token: str) -> AccessToken | None:
        """What the token says, or None when anything about it is wrong."""
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            if decoded.header.get("typ") != TYPE:
                return None
            self._claims.validate(decoded.claims)
            return AccessToken(UUID(decoded.claims["sub"]), UUID(decoded.claims["sid"]))
        except (JoseError, ValueError, TypeError, AttributeError):
            return None


def identifier(settings: Settings) -> Callable[[Mapping[bytes, bytes]], AccessToken | None]:
    """Make the function that verifies the credential in a request's headers, without a query."""
    tokens = AccessTokens(settings)

    def identify(headers: Mapping[bytes, bytes]) -> AccessToken | None:
        value = headers.get(b"authorization", b"")
        if value[: len(BEARER)].lower() != BEARER:
            return None
        return tokens.verify(value[len(BEARER) :].decode("latin-1").strip())

    return identify


def guards(_settings: Settings) -> Sequence[Middleware]:
    """What else must look at each request: nothing. No browser sends a token by itself."""
    return ()


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


async def renew(_request: Request, _response: Response, _session: AsyncSession, _current: Principal) -> None:
    """Go on with a login under a new credential: the refresh token is a new one at each use anyway."""


def withdraw(_request: Request, _response: Response) -> None:
    """Take back what the client was given: its tokens are worthless, and for it to forget."""


async def _answer(request: Request, session: AsyncSession, login: Login) -> LoginAnswer:
    return LoginAnswer(
        access_token=AccessTokens(request.app.state.settings).issue(login),
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
