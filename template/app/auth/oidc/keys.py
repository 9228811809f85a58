"""The provider's keys (RFC 7517): only those that sign, asymmetric and strong enough."""

import warnings
from typing import Any

import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384")
log = structlog.get_logger(__name__)


class Keys:
    """A key set, as it was when it was fetched."""

    def __init__(self, document: dict[str, Any]) -> None:
        listed = document.get("keys")
        found = [_import(each) for each in listed] if isinstance(listed, list) else []
        self.all = KeySet([key for key in found if key is not None])

    def knows(self, kid: str | None) -> bool:
        """Whether a token that names this key can be verified; one that names none needs an only key."""
        return len(self.all.keys) == 1 if kid is None else any(key.kid == kid for key in self.all)


def _import(document: object) -> RSAKey | ECKey | None:
    """One key, or None when it is none for signatures of ours: another one may be (RFC 7517 section 5)."""
    kinds: dict[object, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
    if not isinstance(document, dict) or document.get("use", "sig") != "sig":
        return None
    if (kind := kinds.get(document.get("kty"))) is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)  # RSA below 2048 bits: NIST SP 800-131A
            return kind.import_key(document)
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
        log.warning("provider_key_unusable", kid=str(document.get("kid"))[:100])
        return None
