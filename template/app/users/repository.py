"""Queries on users."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import insert_if_absent
from app.errors import NotFound
from app.users.models import User


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
    if (user := await by_email(session, email)) is None:
        await insert_if_absent(session, cast(Table, User.__table__), {"email": email})
        user = await by_email(session, email)
    return cast(User, user)


async def delete(session: AsyncSession, user: User) -> None:
    """Delete a user with everything that belongs to the account (ON DELETE CASCADE)."""
    await session.delete(user)
    await session.flush()
