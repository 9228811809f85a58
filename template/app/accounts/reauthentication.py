"""Proof of the password amid a login, before something that an open login alone must not be able to do."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.lockout import Attempt, begin_attempt, forgive, give_back
from app.accounts.passwords import verify_password
from app.audit import Event, record_refusal
from app.auth.current_user import CurrentUser, authenticate
from app.auth.principal import Principal
from app.db import Session, afterwards, apart
from app.errors import Forbidden
from app.users import User
from app.users import repository as users


class WrongPassword(Forbidden):
    """The current password is wrong, or was wrong too often: then it is refused for a while."""

    code, title = "wrong_password", "The current password is wrong"


@dataclass
class PasswordProof:
    """The owner of the account, as soon as the password is proven."""

    session: AsyncSession
    current: Principal
    attempt: Attempt
    right: bool | None = field(default=None, init=False)

    async def owner(self, password: str) -> User:
        """The user, when this is the password. Raises WrongPassword."""
        user = await users.get(self.session, self.current.id)
        self.right = await verify_password(password, user.password_hash) and self.attempt.admitted
        if not self.right:
            reason = "password" if self.attempt.admitted else "locked"
            refused = Event("reauthentication", user.id, ("user", user.id), {"reason": reason})
            record_refusal(self.session, refused)
            raise WrongPassword
        return user

    async def settle(self, session: AsyncSession) -> None:
        """Take the attempt back when the password was right, or was never looked at."""
        if self.right:
            await forgive(session, self.attempt)
        elif self.right is None and self.attempt.admitted:
            await give_back(session, self.attempt.account)
            await give_back(session, self.attempt.origin)


async def _count_attempt(request: Request, session: Session) -> Attempt:
    """Count before anything else: the transaction of the request must not have begun."""

    async def work(own: AsyncSession) -> Attempt:
        current = await authenticate(request, own)
        return await begin_attempt(own, current.email)

    return await apart(session, work)


# The order matters: the attempt is counted before CurrentUser makes the first query of the request.
async def _proof(
    attempt: Annotated[Attempt, Depends(_count_attempt)], session: Session, current: CurrentUser
) -> PasswordProof:
    proof = PasswordProof(session, current, attempt)
    afterwards(session, proof.settle)
    return proof


Reauthentication = Annotated[PasswordProof, Depends(_proof)]
