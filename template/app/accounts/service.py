"""Accounts: register, confirm the address, prove the password."""

from functools import partial

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.blocklist import refuse_expected
from app.accounts.links import LinkPurpose, create_link, use_link
from app.accounts.lockout import Attempt, admit, begin_attempt, forgive, mail_counter
from app.accounts.mails import link_mail
from app.accounts.passwords import hash_password, verify_password
from app.accounts.schemas import Registration
from app.audit import Event, record, record_refusal
from app.auth.policy import POLICY
from app.db import afterwards, apart, utc_now
from app.email import Email, send
from app.errors import Forbidden, Unauthorized
from app.users import User
from app.users import repository as users


class InvalidLogin(Unauthorized):
    """Address and password do not belong together; which one is wrong is not told."""

    code, title = "invalid_login", "The email address or the password is wrong"


class EmailNotVerified(Forbidden):
    """The password is right, but the address was never confirmed."""

    code, title = "email_not_verified", "Confirm your email address first"


async def register(session: AsyncSession, registration: Registration, frontend_url: str) -> None:
    """Open an account, to be confirmed by mail; only by mail, too, its owner learns that there was one.

    The same statements run in either case. Raises ExpectedPassword.
    """
    email = registration.email
    refuse_expected(registration.password, "/body/password", email=email, name=registration.name)
    password_hash = await hash_password(registration.password)
    if not await admit(session, mail_counter(email, LinkPurpose.VERIFY_EMAIL)):
        return
    user = await users.ensure(session, email)
    confirmed = user.email_verified_at is not None
    # Unconfirmed, the address is still anybody's: the last registration counts, and its link alone.
    await session.execute(
        update(User)
        .where(User.id == user.id, User.email_verified_at.is_(None))
        .values(password_hash=password_hash, name=registration.name)
    )
    lifetime = POLICY.verification_lifetime
    token = await create_link(session, user.id, LinkPurpose.VERIFY_EMAIL, lifetime)  # sent or not
    if confirmed:
        await send(session, Email(email, "already_registered", {"url": frontend_url}))
    else:
        await send(session, link_mail(email, LinkPurpose.VERIFY_EMAIL, token, lifetime, frontend_url))
    action = "user.registered_again" if confirmed else "user.registered"
    record(session, Event(action, resource=("user", user.id)))


async def verify_email(session: AsyncSession, token: str) -> None:
    """Confirm an address by the token that was sent to it. Raises InvalidLink."""
    link = await use_link(session, token, LinkPurpose.VERIFY_EMAIL)
    user = await users.get(session, link.user_id)
    user.email_verified_at = user.email_verified_at or utc_now()
    record(session, Event("email.verified", user.id, ("user", user.id)))


async def check_password(session: AsyncSession, email: str, password: str) -> User:
    """The user with this address and password. Raises InvalidLogin or EmailNotVerified."""
    attempt = await apart(session, lambda own: begin_attempt(own, email))
    user = await users.by_email(session, email)
    right = await verify_password(password, user.password_hash if user else None)
    if user is None or not right or not attempt.admitted or user.disabled_at is not None:
        _record_failure(session, user, _reason(user, attempt, right=right))
        raise InvalidLogin
    # Locked until the login is open: whoever sets a new password meanwhile waits, and ends this login, too.
    same = select(User.id).where(User.id == user.id, User.password_hash == user.password_hash)
    if await session.scalar(same.with_for_update()) is None:
        _record_failure(session, user, "password")
        raise InvalidLogin
    afterwards(session, partial(forgive, attempt=attempt))
    if user.email_verified_at is None:
        _record_failure(session, user, "unverified")
        raise EmailNotVerified
    return user


def _reason(user: User | None, attempt: Attempt, *, right: bool) -> str:
    if not attempt.admitted:
        return "locked"
    return "unknown" if user is None else "disabled" if right else "password"


def _record_failure(session: AsyncSession, user: User | None, reason: str) -> None:
    """Whose login failed, and why; an address that nobody has may be a password, and is not written down."""
    user_id, resource = (user.id, ("user", user.id)) if user else (None, None)
    record_refusal(session, Event("login", user_id, resource, {"reason": reason}))
