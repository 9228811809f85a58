"""A new address: asked for with the password, confirmed by a mail to the new one, told to the old one."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.links import NOBODY, InvalidLink, LinkPurpose, create_link, end_links, use_link
from app.accounts.mails import link_mail, notice
from app.audit import Event, record
from app.auth.policy import POLICY
from app.db import utc_now
from app.email import Email, send
from app.users import User
from app.users import repository as users


async def request_email_change(session: AsyncSession, user: User, email: str, frontend_url: str) -> None:
    """Send a link to the new address; only by mail its owner learns that it has an account already.

    The same statements run in either case.
    """
    taken = _is_taken(await users.by_email(session, email))
    lifetime = POLICY.email_change_lifetime
    user_id = NOBODY if taken else user.id
    token = await create_link(session, user_id, LinkPurpose.CONFIRM_EMAIL, lifetime, email=email)
    if taken:
        await send(session, Email(email, "already_registered", {"url": frontend_url}))
    else:
        await send(session, link_mail(email, LinkPurpose.CONFIRM_EMAIL, token, lifetime, frontend_url))
    await send(session, notice(user.email, "email_change_requested", frontend_url, email=email))
    record(session, Event("email.change_requested", user.id, ("user", user.id)))


async def confirm_email_change(session: AsyncSession, token: str, frontend_url: str) -> None:
    """Let the account have the address that the link was sent to, unless it is taken. Raises InvalidLink."""
    link = await use_link(session, token, LinkPurpose.CONFIRM_EMAIL)
    user, holder = await users.get(session, link.user_id), await users.by_email(session, str(link.email))
    if _is_taken(holder):
        raise InvalidLink
    if holder is not None:  # registered and never confirmed: by somebody who does not read its mail
        await users.delete(session, holder)
    old, user.email, user.email_verified_at = user.email, str(link.email), utc_now()
    try:
        await session.flush()
    except IntegrityError:  # somebody else got it at this moment
        raise InvalidLink from None
    await end_links(session, user.id)  # those to the old address, too
    for address in (old, user.email):
        await send(session, notice(address, "email_changed", frontend_url, email=user.email))
    record(session, Event("email.changed", user.id, ("user", user.id)))


def _is_taken(holder: User | None) -> bool:
    """An address is somebody's when it was confirmed."""
    return holder is not None and holder.email_verified_at is not None
