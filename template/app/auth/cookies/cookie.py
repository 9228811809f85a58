"""The session cookie: what stands in it, and how it is set.

84 characters that tell nobody anything (NIST SP 800-63B-4 section 5.1.1): 256 random bits, whose SHA-256 is
in the session's row; the user's id, covered by a keystream of those bits; and a truncated HMAC over both.

Rate limits and Idempotency-Keys tell callers apart before any query. Without the HMAC an invented cookie
would be an identity with a fresh quota; without the id each login of a user would be another caller.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from app import about
from app.settings import Settings

TOKEN_BYTES = 32
ID_BYTES = 16
MAC_BYTES = 15  # 63 bytes in all: in base64 without padding there is one way only to write them
NAME = f"{about.NAME}-session"
# No sibling domain can set it, nor a page that was not served over https (RFC 6265bis section 4.1.3.2).
HOST_NAME = f"__Host-{NAME}"
_SHAPE = re.compile(rb"[A-Za-z0-9_-]{84}")


@dataclass(frozen=True)
class SessionToken:
    """What a cookie of ours says. Whether its session is still open takes a query."""

    user_id: UUID
    token_hash: str = field(repr=False)


class SessionCookies:
    """Makes cookies, and tells ours from what is none."""

    def __init__(self, settings: Settings) -> None:
        # Plain http has no secure cookies: a developer's machine, never production (see Settings).
        self.secure = urlsplit(settings.public_url).scheme == "https"
        self.name = HOST_NAME if self.secure else NAME
        # The newest first; a cookie that an older one has signed is good until its session ends.
        self._keys = tuple(
            zip(
                settings.derived_keys(f"session-cookie:{about.NAME}"),
                settings.derived_keys(f"session-cookie-user:{about.NAME}"),
                strict=True,
            )
        )

    def make(self, user_id: UUID) -> tuple[SessionToken, str]:
        """A new token, and the cookie's value that carries it."""
        (signing_key, covering_key), *_ = self._keys
        token = secrets.token_bytes(TOKEN_BYTES)
        signed = token + _cover(covering_key, token, user_id.bytes)
        value = urlsafe_b64encode(signed + _sign(signing_key, signed)).decode()
        return SessionToken(user_id, hashlib.sha256(token).hexdigest()), value

    def read(self, value: bytes) -> SessionToken | None:
        """What a cookie's value says, or None when it was not made here."""
        if not _SHAPE.fullmatch(value):
            return None
        raw = urlsafe_b64decode(value)
        signed, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        token, covered = signed[:TOKEN_BYTES], signed[TOKEN_BYTES:]
        for signing_key, covering_key in self._keys:
            if hmac.compare_digest(mac, _sign(signing_key, signed)):
                user_id = UUID(bytes=_cover(covering_key, token, covered))
                return SessionToken(user_id, hashlib.sha256(token).hexdigest())
        return None

    def setting(self, value: str) -> str:
        """The Set-Cookie header. No Max-Age: when a session ends is for the server alone."""
        return f"{self.name}={value}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self.secure else "")

    def clearing(self) -> str:
        """The Set-Cookie header that makes a browser forget."""
        return f"{self.setting('')}; Max-Age=0"


def _sign(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")[:MAC_BYTES]


def _cover(key: bytes, token: bytes, user_id: bytes) -> bytes:
    """Cover an id, or uncover it: each token is random and used once, so is this keystream."""
    keystream = hmac.digest(key, token, "sha256")[:ID_BYTES]
    return bytes(a ^ b for a, b in zip(user_id, keystream, strict=True))
