"""Verifying what the provider has signed: access tokens (RFC 9068), ID tokens (OpenID Connect Core 3.1.3.7).

Keys come from the provider's own list alone. Of all that a token says of its key (`jwk`, `jku`, `x5c`, `x5u`)
only the `kid` is looked at, which chooses among them.
"""

from hmac import compare_digest
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from app.auth.oidc.claims import Claims
from app.auth.oidc.keys import ALGORITHMS, Keys
from app.auth.oidc.settings import ACCESS_TOKEN_TYPE, OidcSettings
from app.auth.policy import POLICY

MAX_TOKEN = 8 * 1024
# What can be wrong with a token that somebody has written with care.
_WRONG = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError)
_ESSENTIAL = ("iss", "aud", "exp", "iat", "sub")


class Tokens:
    """Verifies tokens of one provider for one service."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        # RFC 9068 section 2.2 wants more than what older providers send, which type their tokens `JWT`.
        more = ("client_id", "jti") if settings.oidc_token_type == ACCESS_TOKEN_TYPE else ()
        self._access = _registry(settings, settings.oidc_audience, *more)
        self._id = _registry(settings, settings.oidc_client_id)

    def header(self, token: str) -> dict[str, Any] | None:
        """The unverified header of what may be an access token of the provider, else None."""
        if len(token) > MAX_TOKEN or not (self._settings.oidc_issuer and self._settings.oidc_audience):
            return None
        try:
            header = dict(jws.extract_compact(token.encode()).headers())
            kind = str(header["typ"]).lower().removeprefix("application/")
        except _WRONG:
            return None
        known = header.get("alg") in ALGORITHMS and isinstance(header.get("kid", ""), str)
        return header if known and kind == self._settings.oidc_token_type.lower() else None

    def access_token(self, token: str, keys: Keys) -> Claims | None:
        """What an access token says, or None when anything about it is wrong."""
        if self.header(token) is None:
            return None
        try:
            claims = jwt.decode(token, keys.all, algorithms=ALGORITHMS).claims
            self._access.validate(claims)
            return Claims.read(claims, self._settings)
        except _WRONG:
            return None

    def id_token(self, token: str, keys: Keys, nonce: str) -> Claims | None:
        """What the ID token of a login with this nonce says, or None when anything about it is wrong."""
        client = self._settings.oidc_client_id
        try:
            decoded = jwt.decode(token, keys.all, algorithms=ALGORITHMS)
            self._id.validate(claims := decoded.claims)
            kind = str(decoded.header.get("typ", "JWT")).lower()
            audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
            # Issued to somebody else, though for us as well.
            strange = claims.get("azp", client) != client or (len(audience) > 1 and "azp" not in claims)
            if kind != "jwt" or strange or not compare_digest(claims["nonce"].encode(), nonce.encode()):
                return None
            return Claims.read(claims, self._settings)
        except _WRONG:
            return None


def _registry(settings: OidcSettings, audience: str, *more: str) -> JWTClaimsRegistry:
    options: dict[str, ClaimsOption] = {name: {"essential": True} for name in (*_ESSENTIAL, *more)}
    options["iss"]["value"], options["aud"]["value"] = settings.oidc_issuer, audience
    return JWTClaimsRegistry(None, int(POLICY.clock_leeway.total_seconds()), **options)
