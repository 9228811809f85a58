"""Opaque tokens: 256 random bits for the client, their SHA-256 for the database."""

import hashlib
import secrets


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored. A fast hash is enough for a random token (NIST SP 800-63B-4 section 3.1.2.2)."""
    return hashlib.sha256(token.encode()).hexdigest()
