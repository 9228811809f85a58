"""Renders a project of this working tree and makes it importable, as in production."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from copier import run_copy

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
HOST = "api.example.com"
# Where each database comes from: a server of our own, or the one that the variable names.
SERVERS = {
    "postgresql": ("servers:PostgreSQL", "databases:PostgreSQLDatabases", "BACKSMITH_TEST_POSTGRESQL_URL"),
    "mysql": ("servers:MariaDB", "databases:MariaDBDatabases", "BACKSMITH_TEST_MYSQL_URL"),
}
DATABASES = ("sqlite", *SERVERS)
sys.path.append(str(TESTS))


@dataclass(frozen=True)
class Project:
    """A rendered project."""

    path: Path
    log: TextIO

    def app(self) -> Any:
        """The generated app. Its log lines are written, to nowhere."""
        with redirect_stdout(self.log):
            return load("app.asgi:create_app")()


@contextmanager
def rendered_project(database: str = "sqlite") -> Iterator[Project]:
    """A project, rendered, on `sys.path`, with production settings and a new database; gone afterwards."""
    before = Path.cwd()
    with TemporaryDirectory(prefix="backsmith-benchmark-") as temporary, _new_database(database) as url:
        project = Path(temporary, "project")
        template = str(copied_template(Path(temporary, "template")))
        run_copy(template, project, data={"database": database}, defaults=True, quiet=True)
        os.environ |= {
            "ENVIRONMENT": "production",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": f"https://{HOST}",
            "DATABASE_URL": url or f"sqlite+aiosqlite:///{project}/app.db",
            "DATABASE_TLS": "none",
            "DATABASE_POOL_SIZE": "10",
            "ALLOW_CONSOLE_EMAIL_IN_PRODUCTION": "true",
            "WORKER_IN_PROCESS": "false",
            "RATE_LIMIT": "1000000/second",  # counted, never reached
            # For servers in processes of their own.
            "PYTHONPATH": os.pathsep.join([str(project), str(ROOT / "benchmarks")]),
        }
        # A start is measured with everything compiled, as it is from the second one on.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.path.insert(0, str(project))
        os.chdir(project)
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as log:
                with redirect_stdout(log):
                    load("app.cli.database:migrate")("heads")
                yield Project(project, log)
        finally:
            os.chdir(before)


@contextmanager
def _new_database(kind: str) -> Iterator[str]:
    """The URL of a new database; an empty one for a file in the project."""
    if kind == "sqlite":
        yield ""
        return
    private, given, variable = SERVERS[kind]
    address = os.environ.get(variable)
    try:
        with closing(load(given)(address)) if address else load(private)() as server:
            yield server.new_database()
    except load("private_server:Missing") as missing:
        raise SystemExit(f"no {missing} to start here; name a server in {variable}") from None


def copied_template(folder: Path) -> Path:
    """The template as it stands on disk, without its repository."""
    copy: Path = load("rendering:copy_template")(folder)
    return copy


def load(name: str) -> Any:
    """Import a module by its name; `module:name` gives what it holds."""
    module, _, attribute = name.partition(":")
    loaded = import_module(module)
    return getattr(loaded, attribute) if attribute else loaded
