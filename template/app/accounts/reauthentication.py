"""Proof of the password, and of the second factor where there is one, amid a login.

Before something that an open login alone must not be able to do (ASVS 5.0 7.5.1).
"""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.lockout import Attempt, begin_attempt, forgive, take_back
from app.accounts.passwords import verify_password
from app.accounts.schemas import CurrentPassword
from app.accounts.second_factor import Codes
from app.accounts.second_factor.errors import WrongCode
from app.audit import Event, record_refusal
from app.auth.current_user import CurrentUser, authenticate
from app.auth.principal import Principal
from app.db import Session, afterwards, apart
from app.errors import AppError, Forbidden
from app.settings import Settings
from app.users import User
from app.users import repository as users


class WrongPassword(Forbidden):
    """The current password is wrong, or was wrong too often: then it is refused for a while."""

    code, title = "wrong_password", "The current password is wrong"


@dataclass
class OwnersProof:
    """The owner of the account, as soon as the proof is there."""

    session: AsyncSession
    settings: Settings
    current: Principal
    attempt: Attempt
    right: bool | None = field(default=None, init=False)

    async def owner(self, given: CurrentPassword) -> User:
        """The user, when this is the proof. Raises WrongPassword or WrongCode."""
        user = await users.get(self.session, self.current.id)
        right = await verify_password(given.current_password, user.password_hash)
        if not right or not self.attempt.admitted:
            raise self._refused(WrongPassword, "password" if self.attempt.admitted else "locked")
        codes = Codes.of(user, self.settings)
        if await codes.wanted(self.session):
            if given.code is None:  # no guess, and no proof: nothing is forgiven
                raise WrongCode
            if not await codes.take(self.session, given.code):
                raise self._refused(WrongCode, "code")
        self.right = True
        return user

    def _refused(self, error: type[AppError], reason: str) -> AppError:
        self.right = False
        resource = ("user", self.current.id)
        record_refusal(self.session, Event("reauthentication", self.current.id, resource, {"reason": reason}))
        return error()

    async def settle(self, session: AsyncSession) -> None:
        """Forgive what was in vain before, when the proof was right; take back what was never looked at."""
        if self.right:
            await forgive(session, self.attempt)
        elif self.right is None:
            await take_back(session, self.attempt)


async def _count_attempt(request: Request, session: Session) -> Attempt:
    """Count before anything else: the transaction of the request must not have begun."""

    async def work(own: AsyncSession) -> Attempt:
        current = await authenticate(request, own)
        return await begin_attempt(own, current.email)

    return await apart(session, work)


# The order matters: the attempt is counted before CurrentUser makes the first query of the request.
async def _proof(
    request: Request,
    attempt: Annotated[Attempt, Depends(_count_attempt)],
    session: Session,
    current: CurrentUser,
) -> OwnersProof:
    proof = OwnersProof(session, request.app.state.settings, current, attempt)
    afterwards(session, proof.settle)
    return proof


Reauthentication = Annotated[OwnersProof, Depends(_proof)]
