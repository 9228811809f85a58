"""Recovery codes: 120 random bits each, shown once, kept as a hash, good once.

From 112 bits on a fast hash is enough (ASVS 5.0 6.5.2), and nobody has to be slowed down who guesses.
"""

import secrets
from base64 import b32encode
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import RecoveryCode
from app.auth.policy import POLICY
from app.auth.tokens import hash_token

CODE_BYTES = 15
GROUP = 4


async def replace_codes(session: AsyncSession, user_id: UUID) -> list[str]:
    """Make new codes; the old ones are worth nothing any more."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_new_code() for _ in range(POLICY.recovery_codes)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes)
    await session.flush()
    return codes


async def use_code(session: AsyncSession, user_id: UUID, code: str) -> bool:
    """Use a code up; False when it is none of this user's."""
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(code))
    # The DELETE decides: of two who use the code at once, one removes the row.
    removed = await session.execute(delete(RecoveryCode).where(*mine))
    return cast(CursorResult[Any], removed).rowcount == 1


async def count_left(session: AsyncSession, user_id: UUID) -> int:
    """How many a user has left."""
    count = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return await session.scalar(count) or 0


def _new_code() -> str:
    text = b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def _hash(code: str) -> str:
    return hash_token(code.replace("-", "").lower())
