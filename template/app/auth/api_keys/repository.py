"""Queries on API keys. Each starts from `mine()`: nobody reaches another owner's keys."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys.models import ApiKey
from app.db import OwnedRepository, utc_now
from app.pagination import Sort
from app.users import User

NEWEST_FIRST = Sort(ApiKey.created_at, ApiKey.id, descending=True)


class ApiKeyRepository(OwnedRepository[ApiKey]):
    """The API keys of one user."""

    model = ApiKey

    async def lock_owner(self) -> bool:
        """Let nobody else change the owner's account or number of keys meanwhile. False when disabled."""
        owner = select(User.id).where(User.id == self.owner_id, User.disabled_at.is_(None))
        return await self.session.scalar(owner.with_for_update()) is not None

    async def count_usable(self) -> int:
        """How many of them have not expired."""
        usable = self.mine().where(ApiKey.expires_at > utc_now())
        return await self.session.scalar(usable.with_only_columns(func.count())) or 0


async def delete_keys(session: AsyncSession, owner_id: UUID) -> int:
    """Revoke all API keys of a user; how many there were."""
    deleted = await session.execute(delete(ApiKey).where(ApiKey.owner_id == owner_id))
    return cast(CursorResult[Any], deleted).rowcount
