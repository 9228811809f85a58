"""Queries on rows that belong to somebody: the owner is part of every query."""

from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Identified
from app.db.columns import Id
from app.errors import NotFound


class Owned(Identified):
    """A row that belongs to a user and goes with the account."""

    owner_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), sort_order=-1)


M = TypeVar("M", bound=Owned)


class OwnedRepository(Generic[M]):
    """Rows of one model and one owner. Somebody else's row does not exist here."""

    model: type[M]

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    def mine(self) -> Select[M]:
        """The owner's rows: start every query here."""
        return select(self.model).where(self.model.owner_id == self.owner_id)

    async def get(self, row_id: UUID) -> M:
        """One row. Raises NotFound, also when it belongs to somebody else."""
        row = await self.session.scalar(self.mine().where(self.model.id == row_id))
        if row is None:
            raise NotFound
        return row

    async def add(self, row: M) -> M:
        """Insert now, so that a violated constraint is raised here."""
        row.owner_id = self.owner_id
        self.session.add(row)
        await self.session.flush()
        return row

    async def delete(self, row: M) -> None:
        """Delete now."""
        await self.session.delete(row)
        await self.session.flush()
