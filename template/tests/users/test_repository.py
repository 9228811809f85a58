"""Queries on users."""

import pytest

from app.db import Database, new_id
from app.errors import NotFound
from app.users import repository


async def test_a_user_who_is_not_there_is_not_found(database: Database) -> None:
    """By id an error, by address nobody."""
    with pytest.raises(NotFound):
        await database.run(lambda session: repository.get(session, new_id()))

    assert None is await database.run(lambda session: repository.by_email(session, "x@example.com"))
