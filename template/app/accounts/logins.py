"""Proof of who logs in: address and password, and a code where the account has a second factor."""

from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.lockout import Attempt, begin_attempt, forgive, take_back
from app.accounts.passwords import verify_password
from app.accounts.schemas import LoginRequest
from app.accounts.second_factor import Codes, begin_guess, forget_guesses
from app.accounts.second_factor.errors import SecondFactorRequired
from app.audit import Event, record_refusal
from app.db import afterwards, apart
from app.errors import Forbidden, Unauthorized
from app.settings import Settings
from app.users import User
from app.users import repository as users


class InvalidLogin(Unauthorized):
    """Address and password do not belong together; which one is wrong is not told."""

    code, title = "invalid_login", "The email address or the password is wrong"


class EmailNotVerified(Forbidden):
    """The password is right, but the address was never confirmed."""

    code, title = "email_not_verified", "Confirm your email address first"


async def check_login(session: AsyncSession, settings: Settings, login: LoginRequest) -> UUID:
    """The user with this address and password, and this code where it takes one.

    Raises InvalidLogin, EmailNotVerified or SecondFactorRequired.
    """
    attempt, user = await apart(session, partial(_begin, email=login.email))
    right = await verify_password(login.password, user.password_hash if user else None)
    if user is None or not right or not attempt.admitted or user.disabled_at is not None:
        _record_failure(session, user, _reason(user, attempt, right=right))
        raise InvalidLogin
    may_guess = await begin_guess(session, user.id, attempt.place, login.code)
    # Locked until the login is open: whoever sets a new password meanwhile waits, and ends this login, too.
    same = select(User.id).where(User.id == user.id, User.password_hash == user.password_hash)
    if await session.scalar(same.with_for_update()) is None:
        _record_failure(session, user, "password")
        raise InvalidLogin
    if user.email_verified_at is None:
        afterwards(session, partial(forgive, attempt=attempt))
        _record_failure(session, user, "unverified")
        raise EmailNotVerified
    codes = Codes.of(user, settings)
    if await codes.wanted(session):
        if login.code is None:  # no guess, and no proof: nothing is forgiven
            afterwards(session, partial(take_back, attempt=attempt))
            _record_failure(session, user, "code_missing")
            raise SecondFactorRequired
        if not may_guess or not await codes.take(session, login.code):
            _record_failure(session, user, "code" if may_guess else "code_locked")
            raise SecondFactorRequired("The code is wrong, was used already, or was wrong too often.")
        afterwards(session, partial(forget_guesses, user_id=user.id, place=attempt.place))
    afterwards(session, partial(forgive, attempt=attempt))
    return user.id


async def _begin(session: AsyncSession, email: str) -> tuple[Attempt, User | None]:
    return await begin_attempt(session, email), await users.by_email(session, email)


def _reason(user: User | None, attempt: Attempt, *, right: bool) -> str:
    if not attempt.admitted:
        return "locked"
    return "unknown" if user is None else "disabled" if right else "password"


def _record_failure(session: AsyncSession, user: User | None, reason: str) -> None:
    """Whose login failed, and why; an address that nobody has may be a password, and is not written down."""
    user_id, resource = (user.id, ("user", user.id)) if user else (None, None)
    record_refusal(session, Event("login", user_id, resource, {"reason": reason}))
