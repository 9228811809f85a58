"""Accounts: register, confirm the address, prove the password."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.links import LinkPurpose, create_link, use_link
from app.auth.passwords import hash_password, verify_password
from app.auth.policy import POLICY
from app.auth.schemas import Registration
from app.db import utc_now
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
    """Open an account, to be confirmed by mail; only by mail, too, its owner learns that there was one."""
    password_hash = await hash_password(registration.password)
    user = await users.ensure(session, registration.email)
    if user.email_verified_at is not None:
        email = Email(user.email, "already_registered", {"url": frontend_url})
    else:
        # Unconfirmed, the address is still anybody's: the last registration counts, and its link alone.
        user.password_hash, user.name = password_hash, registration.name
        token = await create_link(session, user.id, LinkPurpose.VERIFY_EMAIL, POLICY.verification_lifetime)
        email = Email(
            user.email,
            "verify_email",
            {
                # Behind the #, so that the token stays out of the logs of whoever serves the page.
                "url": frontend_url and f"{frontend_url}/verify-email#token={token}",
                "token": token,
                "hours": int(POLICY.verification_lifetime.total_seconds() // 3600),
            },
        )
    await send(session, email)


async def verify_email(session: AsyncSession, token: str) -> None:
    """Confirm an address by the token that was sent to it. Raises InvalidLink."""
    user = await users.get(session, await use_link(session, token, LinkPurpose.VERIFY_EMAIL))
    user.email_verified_at = user.email_verified_at or utc_now()


async def check_password(session: AsyncSession, email: str, password: str) -> User:
    """The user with this address and password. Raises InvalidLogin or EmailNotVerified."""
    user = await users.by_email(session, email)
    right = await verify_password(password, user.password_hash if user else None)
    if user is None or not right or user.disabled_at is not None:
        raise InvalidLogin
    if user.email_verified_at is None:
        raise EmailNotVerified
    return user
