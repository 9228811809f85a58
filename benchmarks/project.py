"""Renders the default project of this working tree and makes it importable, as in production."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from copier import run_copy

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
HOST = "api.example.com"


@dataclass(frozen=True)
class Project:
    """A rendered project."""

    path: Path
    log: TextIO

    def app(self) -> Any:
        """The generated app. Its log lines are written, to nowhere."""
        with redirect_stdout(self.log):
            return load("app.main:create_app")()


@contextmanager
def rendered_project() -> Iterator[Project]:
    """The default project, rendered, on `sys.path` and with production settings; gone afterwards."""
    before = Path.cwd()
    with TemporaryDirectory(prefix="backsmith-benchmark-") as temporary:
        project = Path(temporary, "project")
        run_copy(str(copied_template(Path(temporary, "template"))), project, defaults=True, quiet=True)
        os.environ |= {
            "ENVIRONMENT": "production",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": f"https://{HOST}",
            "DATABASE_URL": f"sqlite+aiosqlite:///{project}/app.db",
            "ALLOW_CONSOLE_EMAIL_IN_PRODUCTION": "true",
            "WORKER_IN_PROCESS": "false",
            "RATE_LIMIT": "1000000/second",  # counted, never reached
            # For servers in processes of their own.
            "PYTHONPATH": os.pathsep.join([str(project), str(ROOT / "benchmarks")]),
        }
        sys.path.insert(0, str(project))
        os.chdir(project)
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as log:
                yield Project(project, log)
        finally:
            os.chdir(before)


def copied_template(folder: Path) -> Path:
    """The template as it stands on disk, without its repository."""
    sys.path.append(str(TESTS))
    copy: Path = load("rendering:copy_template")(folder)
    return copy


def load(name: str) -> Any:
    """Import a module by its name; `module:name` gives what it holds."""
    module, _, attribute = name.partition(":")
    loaded = import_module(module)
    return getattr(loaded, attribute) if attribute else loaded
