"""What an API key looks like: `<prefix>_<id>_<secret><check>`, such as `myapi_01Ab…_9Zx…`.

The prefix tells a scanner of leaked secrets, and whoever finds a key, whose it is. The id is that of the row,
and public. The secret is 256 random bits. The check is a truncated HMAC over all before it, under a key
derived from SECRET_KEY.

Rate limits and Idempotency-Keys tell callers apart before any query, by the identity that a credential gives.
With a checksum that everybody can compute, an invented key would be an identity, and its inventor had a fresh
quota with each. So it takes SECRET_KEY to make the check: only what was issued here is an identity, and a
typing error is refused without a query. The price: with another SECRET_KEY every API key ends, unless the old
one is among SECRET_KEY_FALLBACKS.
"""

import hmac
import re
import secrets
from uuid import UUID

from fastapi.security import HTTPBearer

from app.auth.api_keys.base62 import decode, encode, width
from app.auth.api_keys.identity import PresentedKey
from app.auth.api_keys.prefix import PREFIX, beginning_of
from app.auth.tokens import hash_token
from app.settings import Settings

ID_BYTES = 16
SECRET_BYTES = 32
CHECK_BYTES = 8
_SHAPE = re.compile(
    rf"{PREFIX}(?P<id>[0-9A-Za-z]{{{width(ID_BYTES)}}})_"
    rf"[0-9A-Za-z]{{{width(SECRET_BYTES)}}}(?P<check>[0-9A-Za-z]{{{width(CHECK_BYTES)}}})"
)

# In this header alone (ASVS 5.0 14.2.1): a URL stands in logs, a cookie is sent without being asked.
api_key_scheme = HTTPBearer(scheme_name="ApiKey", auto_error=False, description="An API key")


class ApiKeys:
    """Makes API keys, and tells ours from what is none."""

    def __init__(self, settings: Settings) -> None:
        self._keys = settings.derived_keys("api-key")

    def make(self, key_id: UUID) -> str:
        """A new key with this id."""
        unchecked = f"{beginning_of(key_id)}_{encode(secrets.token_bytes(SECRET_BYTES))}"
        return unchecked + _check(self._keys[0], unchecked)

    def verify(self, text: str) -> PresentedKey | None:
        """The key, or None when it was never issued here. Whether it still is good, takes a query."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            return None
        unchecked = text[: shape.start("check")]
        if not any(hmac.compare_digest(shape["check"], _check(key, unchecked)) for key in self._keys):
            return None
        return PresentedKey(UUID(bytes=decode(shape["id"], ID_BYTES)), hash_token(text))


def _check(key: bytes, unchecked: str) -> str:
    return encode(hmac.digest(key, unchecked.encode(), "sha256")[:CHECK_BYTES])
