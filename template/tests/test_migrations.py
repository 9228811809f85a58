"""Migrations as SQL, for a database that only its administrators may change.

That they go up and down and agree with the models is shown in rules/test_migrations.py.
"""

from io import StringIO

import pytest
from alembic import command

from app.db import Base
from app.db.migrations import config


@pytest.fixture
def offline(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection may be opened."""

    def refuse(*_: object) -> None:
        raise AssertionError("connects")

    monkeypatch.setattr("sqlalchemy.ext.asyncio.AsyncEngine.connect", refuse)


def test_they_can_be_written_as_sql(offline: None) -> None:
    """`alembic upgrade heads --sql` makes every table of the service, and notes what was applied."""
    configuration = config()
    configuration.output_buffer = StringIO()

    command.upgrade(configuration, "heads", sql=True)

    sql = configuration.output_buffer.getvalue()
    for table in [*Base.metadata.tables, "alembic_version"]:
        assert f"CREATE TABLE {table} (" in sql
    assert "INSERT INTO alembic_version (version_num) VALUES ('p0001')" in sql
