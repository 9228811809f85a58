"""A new password: by whoever knows the old one, or by whoever reads the mail of the account."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.blocklist import refuse_expected
from app.accounts.links import NOBODY, LinkPurpose, create_link, end_links, use_link
from app.accounts.lockout import admit, forgive_account, mail_counter
from app.accounts.mails import link_mail, notice
from app.accounts.passwords import hash_password
from app.accounts.schemas import PasswordReset
from app.audit import Event, record
from app.auth.api_keys import ApiKeyRepository, delete_keys
from app.auth.policy import POLICY
from app.auth.sessions import end_logins
from app.db import utc_now
from app.email import send
from app.users import User
from app.users import repository as users


async def change_password(session: AsyncSession, user: User, password: str, *, frontend_url: str) -> None:
    """Set the password of a user who has proven the old one; all logins end. Raises ExpectedPassword.

    API keys go on: their owner is here and may end them. The mail says that there are some.
    """
    refuse_expected(password, "/body/new_password", email=user.email, name=user.name)
    await _set_password(session, user, password)
    api_keys = await ApiKeyRepository(session, user.id).count_usable()
    await send(session, notice(user.email, "password_changed", frontend_url, api_keys=api_keys))
    record(session, Event("password.changed", user.id, ("user", user.id)))


async def send_reset_link(session: AsyncSession, email: str, frontend_url: str) -> None:
    """Send a link to set a new password, or the news that there is no account: only the mail tells which.

    The same statements run in either case.
    """
    if not await admit(session, mail_counter(email, LinkPurpose.RESET_PASSWORD)):
        return
    user = await users.by_email(session, email)
    user_id = user.id if user else NOBODY
    token = await create_link(session, user_id, LinkPurpose.RESET_PASSWORD, POLICY.reset_lifetime)
    if user:
        mail = link_mail(email, LinkPurpose.RESET_PASSWORD, token, POLICY.reset_lifetime, frontend_url)
    else:
        mail = notice(email, "no_account", frontend_url)
    await send(session, mail)
    resource = ("user", user.id) if user else None
    record(session, Event("password.reset_requested", resource=resource))


async def reset_password(session: AsyncSession, reset: PasswordReset, frontend_url: str) -> None:
    """Set a new password by the token from the mail. Raises InvalidLink or ExpectedPassword.

    Nobody is logged in by it, and whoever was is not any more. API keys end, too: who has lost the password
    may have lost the account to somebody who made one.
    """
    link = await use_link(session, reset.token, LinkPurpose.RESET_PASSWORD)
    user = await users.get(session, link.user_id)
    refuse_expected(reset.password, "/body/password", email=user.email, name=user.name)
    await _set_password(session, user, reset.password)
    user.email_verified_at = user.email_verified_at or utc_now()  # the mail has reached its reader
    revoked = await delete_keys(session, user.id)
    await forgive_account(session, user.email)
    await send(session, notice(user.email, "password_reset", frontend_url))
    record(session, Event("password.reset", user.id, ("user", user.id), {"api_keys_revoked": revoked}))


async def _set_password(session: AsyncSession, user: User, password: str) -> None:
    user.password_hash = await hash_password(password)
    await session.flush()
    await end_links(session, user.id)
    await end_logins(session, user.id)
