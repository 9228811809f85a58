"""Rows that belong to somebody."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.errors import NotFound
from tests.fixtures.accounts import AddUser
from tests.fixtures.notes import Note, Notes


async def test_somebody_elses_row_does_not_exist(database: Database, add_user: AddUser) -> None:
    """It cannot be told from one that was never there."""
    alice, bob = await add_user("alice@example.com"), await add_user("bob@example.com")

    async def work(session: AsyncSession) -> UUID:
        note = await Notes(session, alice.id).add(Note(title="Hers", rank=0))
        assert note is await Notes(session, alice.id).get(note.id)
        with pytest.raises(NotFound):
            await Notes(session, bob.id).get(note.id)
        return note.owner_id

    assert alice.id == await database.run(work)


async def test_a_deleted_row_is_gone_at_once(database: Database, add_user: AddUser) -> None:
    """Within the same transaction."""
    alice = await add_user("alice@example.com")

    async def work(session: AsyncSession) -> None:
        notes = Notes(session, alice.id)
        note = await notes.add(Note(title="Gone", rank=0))
        await notes.delete(note)
        with pytest.raises(NotFound):
            await notes.get(note.id)

    await database.run(work)
