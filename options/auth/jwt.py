"""Style of authentication: short-lived access tokens (JWT) with rotating refresh tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy.ext.asyncio import AsyncSession

from app import about
from app.auth.policy import POLICY
from app.auth.principal import Principal, principal_of_session
from app.auth.sessions import Login, continue_login
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


class LoginAnswer(ResponseModel):
    """What a login gives: a token for requests, and one to get the next pair with."""

    access_token: IssuedSecret
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind, not a token
    expires_in: int
    refresh_token: IssuedSecret


class RefreshRequest(RequestModel):
    """The refresh token of the last answer."""

    refresh_token: Secret


def issue(request: Request, login: Login) -> LoginAnswer:
    """Give the client what it needs to act in this login."""
    return LoginAnswer(
        access_token=AccessTokens(request.app.state.settings).issue(login),
        expires_in=int(POLICY.access_token_lifetime.total_seconds()),
        refresh_token=login.refresh_token,
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
    return issue(request, await continue_login(session, body.refresh_token))
