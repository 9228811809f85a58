"""Passwords: Argon2id with the OWASP parameters, in a thread, a few at a time."""

import unicodedata
from functools import cache

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP Password Storage cheat sheet: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
# Each hash takes 19 MiB: more at once would let a flood of logins eat the memory.
CONCURRENT = 4


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(CONCURRENT)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")


def normalised(password: str) -> str:
    """One spelling, NFC, for what looks the same: keyboards differ (NIST SP 800-63B-4 section 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


async def hash_password(password: str) -> str:
    """Hash a password, with its parameters and salt in the result."""
    return await to_thread.run_sync(_hasher.hash, normalised(password), limiter=_limiter())


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Compare; without a hash it takes as long and says no, so that time does not tell who has an account."""

    def verify() -> bool:
        right = _hasher.verify(normalised(password), password_hash or _nobody())
        return right and password_hash is not None

    return await to_thread.run_sync(verify, limiter=_limiter())
