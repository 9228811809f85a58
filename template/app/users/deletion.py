"""The end of an account by its owner, however the owner has proven to be it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.email import Email, send
from app.users import repository
from app.users.models import User


async def delete_account(session: AsyncSession, user: User) -> None:
    """Delete a user with everything that is theirs, and tell them by mail. Raises LastAdmin."""
    if await repository.lock_admins(session) == {user.id}:
        raise repository.LastAdmin
    record(session, Event("user.deleted", user.id, ("user", user.id)))
    await send(session, Email(user.email, "account_deleted"))
    await repository.delete(session, user)
