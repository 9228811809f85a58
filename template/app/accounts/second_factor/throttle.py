"""Guesses at the codes of an app, by whoever knows the password already.

They count for the account and the client address as a wrong password does, and here: a new password, set by
mail, must not give whoever reads the mail new guesses (NIST SP 800-63B-4 section 3.2.2).
"""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.lockout import Counter, admit
from app.accounts.second_factor.totp import is_totp
from app.auth.models import AttemptCount
from app.auth.policy import POLICY
from app.db import apart

_table = cast(Table, AttemptCount.__table__)


async def begin_guess(session: AsyncSession, user_id: UUID, place: str, code: str | None) -> bool:
    """Count a guess in a transaction of its own, before it is looked at; False when there were too many.

    A recovery code is none: nobody guesses one, and its owner gets in when others have guessed too often.
    """
    if code is None or not is_totp(code):
        return True
    return await apart(session, lambda own: admit(own, _counter(user_id, place)))


async def forget_guesses(session: AsyncSession, user_id: UUID, place: str = "") -> None:
    """A code was right, or there is another secret to guess."""
    key_hash = _counter(user_id, place).key_hash
    await session.execute(delete(_table).where(_table.c.key_hash == key_hash))


def _counter(user_id: UUID, place: str) -> Counter:
    return Counter(f"code:{user_id} {place}", POLICY.lockout_failures, POLICY.lockout_memory)
