"""The `api` command, run inside the test's process, in a folder of its own."""

import asyncio
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

import pytest

from app.cli import database, main
from app.db import Database, migrations
from app.db.engine import DatabaseSettings, create_engine
from app.db.session import Work
from app.settings import load

T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int | str | None
    out: str
    err: str


Api = Callable[..., Result]


@pytest.fixture
def folder(environment: None, empty_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project nobody has set up yet: no .env, an empty database."""
    monkeypatch.chdir(tmp_path)
    for name in ("ENVIRONMENT", "SECRET_KEY"):
        monkeypatch.delenv(name)
    shutil.copy(migrations.ROOT / ".env.example", tmp_path)
    return tmp_path


@pytest.fixture
def api(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Api:
    """`api("user", "create-admin", "ann@example.com", stdin="…")` in that folder."""

    def run(*arguments: str, stdin: str = "") -> Result:
        monkeypatch.setattr(sys, "argv", ["api", *arguments])
        monkeypatch.setattr(sys, "stdin", StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        return Result(end.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the platform's migrations and none of one's own."""
    shutil.copy(migrations.ROOT / "pyproject.toml", folder)
    ignored = shutil.ignore_patterns("versions", "__pycache__")
    shutil.copytree(migrations.ROOT / "migrations", folder / "migrations", ignore=ignored)
    (folder / "migrations" / "versions").mkdir()
    for module in (migrations, database):
        monkeypatch.setattr(module, "ROOT", folder)
    return folder


def in_database(work: Work[T]) -> T:
    """Do something in the folder's database, as the service would."""

    async def run() -> T:
        database = Database(create_engine(load(DatabaseSettings)))
        try:
            return await database.run(work)
        finally:
            await database.close()

    return asyncio.run(run())
