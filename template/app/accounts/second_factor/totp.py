"""Time-based one-time passwords (RFC 6238), as every authenticator app makes them.

SHA-1, six digits, 30 seconds: several apps take nothing else, whatever the URI says.
"""

import re
import secrets
from base64 import b32encode
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from app import about
from app.auth.policy import POLICY

DIGITS = 6
STEP_SECONDS = 30
SECRET_BYTES = 20  # RFC 4226 section 4, R6
_SHAPE = re.compile(rf"[0-9]{{{DIGITS}}}")


def new_secret() -> bytes:
    """A secret nobody can guess."""
    return secrets.token_bytes(SECRET_BYTES)


def typed(secret: bytes) -> str:
    """The secret, as it is typed into an app that cannot read the URI."""
    return b32encode(secret).decode()


def uri(secret: bytes, email: str) -> str:
    """What the QR code for the app says."""
    # Apps take a plus for what it is in a URI, not for a blank.
    return _totp(secret).get_provisioning_uri(email, about.TITLE).replace("+", "%20")


def is_totp(code: str) -> bool:
    """Whether a code can come from an app."""
    return _SHAPE.fullmatch(code) is not None


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step that the code is of, or None when it is of none that is good now."""
    present = int(now.timestamp()) // STEP_SECONDS
    skew = POLICY.second_factor_skew_steps
    for step in range(present - skew, present + skew + 1):
        try:
            _totp(secret).verify(code.encode(), step * STEP_SECONDS)
        except InvalidToken:
            continue
        return step
    return None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - in an HMAC it is not broken (RFC 6238)
