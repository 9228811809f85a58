"""A login that is under way at the provider: what the browser carries meanwhile, in a cookie of its own.

One secret in a signed cookie; state, nonce and code verifier are made of it. So what comes back must fit the
browser that left, and nobody else's code or state is of use in it (RFC 9700 sections 4.5 and 4.7).
"""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from app import about
from app.auth.policy import POLICY
from app.http.csrf import cookies_named
from app.settings import Settings

NAME = f"{about.NAME}-login"


@dataclass(frozen=True)
class Flight:
    """A login that has begun: its secret, and where the browser wants to be afterwards."""

    return_to: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def state(self) -> str:
        """What the provider gives back as it was given (RFC 6749 section 10.12)."""
        return self._made_for("state")

    @property
    def nonce(self) -> str:
        """What stands in the ID token (OpenID Connect Core section 15.5.2)."""
        return self._made_for("nonce")

    @property
    def code_verifier(self) -> str:
        """What only this service tells the provider: 43 characters (RFC 7636 section 4.1)."""
        return self._made_for("code verifier")

    @property
    def code_challenge(self) -> str:
        """The same as the browser may see it: S256 (RFC 7636 section 4.2)."""
        return _base64(sha256(self.code_verifier.encode()).digest())

    def _made_for(self, purpose: str) -> str:
        return _base64(hmac.digest(self.secret.encode(), purpose.encode(), "sha256"))


class FlightCookies:
    """Writes and reads the cookie of a login that is under way."""

    def __init__(self, settings: Settings) -> None:
        # Plain http has no secure cookies: a developer's machine, never production (see Settings).
        self.secure = settings.public_url.startswith("https://")
        self.name = f"__Host-{NAME}" if self.secure else NAME
        self._key = settings.derived_key(f"provider-login:{about.NAME}")

    def setting(self, flight: Flight) -> str:
        """The Set-Cookie header. Lax: the way back begins on a page of the provider's."""
        ends = int(time.time() + POLICY.provider_login_lifetime.total_seconds())
        signed = _base64(json.dumps([flight.secret, flight.return_to, ends]).encode())
        return self._header(
            f"{signed}.{self._sign(signed)}", int(POLICY.provider_login_lifetime.total_seconds())
        )

    def clearing(self) -> str:
        """The Set-Cookie header that makes a browser forget: what came back once does not come again."""
        return self._header("", 0)

    def read(self, headers: list[tuple[bytes, bytes]]) -> Flight | None:
        """The login that this browser has begun, or None: too long ago, elsewhere, or not at all."""
        values = cookies_named(self.name.encode(), headers)
        if len(values) != 1:
            return None
        signed, _, signature = values[0].decode("latin-1").rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(signed).encode()):
            return None
        secret, return_to, ends = json.loads(urlsafe_b64decode(signed + "=="))
        return Flight(return_to, secret) if time.time() < ends else None

    def _header(self, value: str, seconds: int) -> str:
        attributes = f"Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"
        return f"{self.name}={value}; {attributes}" + ("; Secure" if self.secure else "")

    def _sign(self, signed: str) -> str:
        return _base64(hmac.digest(self._key, signed.encode(), "sha256"))


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
