"""Runs migrations, against the database or (offline) into SQL.

Two lines, each with its own head: `platform/` belongs to the template, `versions/` is yours.
"""

import asyncio
from typing import Any

from alembic import context
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from sqlalchemy import Connection

from app.db import Base
from app.db.engine import MIGRATING, MIGRATION_OPTIONS, DatabaseSettings, create_engine
from app.db.startup import wait_for_database
from app.discovery import import_models
from app.settings import load

import_models()
rewriter = Rewriter()


@rewriter.rewrites(ops.DowngradeOps)
def drop_indexes_with_their_table(_context: Any, _revision: Any, down: ops.DowngradeOps) -> ops.DowngradeOps:
    """Not before it: MySQL keeps an index that a foreign key needs for as long as the table."""
    dropped = {step.table_name for step in down.ops if isinstance(step, ops.DropTableOp)}
    for step in down.ops:
        if isinstance(step, ops.ModifyTableOps) and step.table_name in dropped:
            step.ops = [one for one in step.ops if not isinstance(one, ops.DropIndexOp)]
    return down


def configure(**options: Any) -> None:
    """Say what is compared with what, and how new revisions are written."""
    context.configure(
        target_metadata=Base.metadata,
        **MIGRATION_OPTIONS,
        transaction_per_migration=True,
        user_module_prefix="columns.",
        process_revision_directives=rewriter,
        **options,
    )


def run(connection: Connection) -> None:
    """Migrate over an open connection."""
    configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    """Migrate the database that the settings name."""
    settings = load(DatabaseSettings, database_statement_timeout_seconds=0)  # a migration takes what it takes
    engine = create_engine(settings).execution_options(**MIGRATING)
    try:
        patience = context.config.attributes.get("patience")
        await wait_for_database(engine, settings.database_start_seconds if patience is None else patience)
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


if context.is_offline_mode():
    configure(url=load(DatabaseSettings).database_url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(run_online())
