"""Accounts: register, and confirm the address."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.blocklist import refuse_expected
from app.accounts.links import LinkPurpose, create_link, use_link
from app.accounts.lockout import admit, mail_counter
from app.accounts.mails import link_mail
from app.accounts.passwords import hash_password
from app.accounts.schemas import Registration
from app.audit import Event, record
from app.auth.policy import POLICY
from app.db import utc_now
from app.email import Email, send
from app.users import User
from app.users import repository as users


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
