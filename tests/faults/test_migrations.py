"""Migrations on each server, run by the project and written as SQL for somebody else to run."""

import os
import subprocess
import sys
from typing import Any

from faults.backend import Backend
from faults.conftest import SETTINGS
from running import Project, settings_for


def test_migrations_go_up_and_down(backend: Backend[Any], project: Project, migrated: str) -> None:
    """All the way down leaves no table but Alembic's own, and up again nothing is missing."""
    url = backend.server.copy_database(migrated)
    _run(project, url, "check")
    _run(project, url, "downgrade", "app@base")
    _run(project, url, "downgrade", "base")
    assert ["alembic_version"] == _tables(backend, url)
    _run(project, url, "upgrade")
    _run(project, url, "check")


def test_migrations_as_sql(backend: Backend[Any], project: Project) -> None:
    """The server takes what `alembic upgrade heads --sql` writes, and no difference is left."""
    empty = backend.server.new_database()
    written = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "heads", "--sql"],
        cwd=project.path,
        env={"PATH": os.environ["PATH"], **settings_for(empty), **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    with backend.peer(empty) as peer:
        for statement in written.stdout.split(";\n"):
            if statement.strip():
                peer.execute(statement)
    _run(project, empty, "check")


def _run(project: Project, url: str, *words: str) -> None:
    command = project.run("db", *words, settings={**settings_for(url), **SETTINGS})
    assert 0 == command.code, command.output + command.errors


def _tables(backend: Backend[Any], url: str) -> list[str]:
    schema = "current_schema()" if backend.answer == "postgresql" else "DATABASE()"
    query = f"SELECT table_name FROM information_schema.tables WHERE table_schema = {schema}"  # noqa: S608
    return [name for (name,) in backend.server.execute(query, url)]
