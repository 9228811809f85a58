"""Secrets of authenticator apps at rest: AES-256-GCM, under a key derived from SECRET_KEY."""

import secrets
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.settings import Settings

NONCE_BYTES = 12  # NIST SP 800-38D section 8.2.2: random, for far fewer than 2^32 secrets
log = structlog.get_logger(__name__)


def seal(settings: Settings, user_id: UUID, secret: bytes) -> bytes:
    """Encrypt a secret for the row of this user: in another row it is worth nothing."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(settings).encrypt(nonce, secret, user_id.bytes)


def unseal(settings: Settings, user_id: UUID, sealed: bytes) -> bytes | None:
    """The secret; None when it was encrypted under another SECRET_KEY or for another user."""
    try:
        return _cipher(settings).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], user_id.bytes)
    except InvalidTag:
        log.error("second_factor_unreadable", user_id=user_id)
        return None


def _cipher(settings: Settings) -> AESGCM:
    return AESGCM(settings.derived_key("second-factor"))
