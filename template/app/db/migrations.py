"""Migrations: two lines, the platform's and yours, each with its own head.

`migrations/platform` belongs to the template and only grows; `migrations/versions` is yours.
"""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.session import Database

ROOT = Path(__file__).parents[2]


def config() -> Config:
    """Alembic's configuration, from [tool.alembic] in pyproject.toml."""
    return Config(toml_file=ROOT / "pyproject.toml")


async def pending(database: Database) -> set[str]:
    """The revisions still to be applied to this database: the heads it has not reached."""

    def reached(connection: Connection) -> set[str]:
        heads = MigrationContext.configure(connection).get_current_heads()
        # The database records only the newest of revisions that depend on each other.
        return {script.revision for head in heads for script in _scripts().get_all_current((head,))}

    async with database.engine.connect() as connection:
        return set(_scripts().get_heads()) - await connection.run_sync(reached)


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())
