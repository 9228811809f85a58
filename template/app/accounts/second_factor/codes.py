"""The codes that a user proves the second factor with, each good once."""

from dataclasses import dataclass
from typing import Any, Self, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.mails import notice
from app.accounts.second_factor.recovery_codes import count_left, use_code
from app.accounts.second_factor.sealing import unseal
from app.accounts.second_factor.totp import is_totp, step_of
from app.audit import Event, record
from app.auth.models import SecondFactor
from app.db import after_rollback, utc_now
from app.email import send
from app.settings import Settings
from app.users import User


@dataclass(frozen=True)
class Codes:
    """The codes of one user."""

    settings: Settings
    user_id: UUID
    email: str

    @classmethod
    def of(cls, user: User, settings: Settings) -> Self:
        """The codes of this user."""
        return cls(settings, user.id, user.email)

    async def wanted(self, session: AsyncSession) -> bool:
        """Whether the user has a second factor."""
        return await session.scalar(select(SecondFactor.user_id).where(*self._mine())) is not None

    async def take(self, session: AsyncSession, code: str) -> bool:
        """Whether this is a code of the user's; if so, it is used up, whatever becomes of the request."""
        use = self._use_totp if is_totp(code) else self._use_recovery_code
        right = await use(session, code)
        if right:
            after_rollback(session, lambda own: use(own, code))
        return right

    async def _use_totp(self, session: AsyncSession, code: str) -> bool:
        sealed = await session.scalar(select(SecondFactor.sealed_secret).where(*self._mine()))
        secret = unseal(self.settings, self.user_id, sealed) if sealed else None
        step = step_of(secret, code, utc_now()) if secret else None
        if step is None:
            return False
        # The UPDATE decides: of two who bring the same code at once, one finds the step behind its own.
        newer = update(SecondFactor).where(*self._mine(), SecondFactor.last_step < step)
        used = await session.execute(newer.values(last_step=step))
        return cast(CursorResult[Any], used).rowcount == 1

    async def _use_recovery_code(self, session: AsyncSession, code: str) -> bool:
        if not await use_code(session, self.user_id, code):
            return False
        left = await count_left(session, self.user_id)
        url = self.settings.frontend_url
        await send(session, notice(self.email, "recovery_code_used", url, left=str(left)))
        record(session, Event("recovery_code.used", self.user_id, ("user", self.user_id), {"left": left}))
        return True

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return SecondFactor.user_id == self.user_id, SecondFactor.confirmed_at.is_not(None)
