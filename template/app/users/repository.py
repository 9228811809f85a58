"""Queries on users."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import insert_if_absent
from app.errors import Conflict, NotFound
from app.users.models import Role, User


class LastAdmin(Conflict):
    """Without this administrator nobody could administer any more."""

    code, title = "last_admin", "The last administrator cannot be removed"


async def get(session: AsyncSession, user_id: UUID) -> User:
    """One user. Raises NotFound."""
    user = await session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


async def by_email(session: AsyncSession, email: str) -> User | None:
    """The user with this address, spelt as app.validation.Email spells it."""
    return await session.scalar(select(User).where(User.email == email))


async def add(session: AsyncSession, user: User) -> User:
    """Insert a user."""
    session.add(user)
    await session.flush()
    return user


async def ensure(session: AsyncSession, email: str) -> User:
    """The user with this address, inserted when there is none. Of two who insert at once, both get it."""
    # Tried first and read then, in any case: the time does not tell who has an account.
    await insert_if_absent(session, cast(Table, User.__table__), {"email": email})
    return cast(User, await by_email(session, email))


async def delete(session: AsyncSession, user: User) -> None:
    """Delete a user with everything that belongs to the account (ON DELETE CASCADE)."""
    await session.delete(user)
    await session.flush()


async def lock_admins(session: AsyncSession) -> set[UUID]:
    """The administrators who can come in. Of two who remove each other at once, the second waits."""
    can_come_in = or_(User.email_verified_at.is_not(None), User.is_service)
    query = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None), can_come_in)
    return set((await session.scalars(query.order_by(User.id).with_for_update())).all())
