"""Signs and verifies access tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key
from sqlalchemy.ext.asyncio import AsyncSession

from app import about
from app.auth.access_tokens.keys import TokenKey, secret_key
from app.auth.access_tokens.settings import JwtSettings
from app.auth.policy import POLICY
from app.auth.principal import Principal, principal_of_session
from app.auth.sessions import Login
from app.settings import Settings, load


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
    """Signs with the first of its keys, and verifies with the one that a token names."""

    def __init__(self, settings: Settings, keys: tuple[TokenKey, ...]) -> None:
        self.keys = keys
        self._by_kid = {key.kid: key for key in keys}
        self._algorithms = sorted({key.algorithm for key in keys})
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
        key = self.keys[0]
        return jwt.encode(key.header, claims, key.jwk, algorithms=[key.algorithm])

    def verify(self, token: str) -> AccessToken | None:
        """What the token says, or None when anything about it is wrong."""
        try:
            claims = jwt.decode(token, self._key_of, algorithms=self._algorithms).claims
            self._claims.validate(claims)
            return AccessToken(UUID(claims["sub"]), UUID(claims["sid"]))
        except (JoseError, ValueError, TypeError, AttributeError):
            return None

    def _key_of(self, unverified: GuestProtocol) -> Key:
        """The key that a token names. Its header, nobody's word yet, is what we write, or it is refused.

        So no algorithm, key or address of one (`alg`, `jwk`, `jku`, `x5c`), and nothing critical (`crit`),
        is taken from there (RFC 8725 sections 3.1 and 3.10).
        """
        header = unverified.headers()
        key = self._by_kid.get(header.get("kid", ""))
        if key is None or header != key.header:
            raise ValueError("no header of ours")
        return key.jwk


def open_access_tokens(settings: Settings) -> AccessTokens:
    """With the key pairs of JWT_PRIVATE_KEYS or else the secrets of SECRET_KEY. Raises SettingsError."""
    # One or the other: where there are key pairs, knowing SECRET_KEY is not enough to sign.
    secrets = settings.derived_keys("access-token")
    return AccessTokens(settings, load(JwtSettings).keys or tuple(map(secret_key, secrets)))
