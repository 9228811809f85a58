"""Renders in a tenth of the time that `copier copy` takes, with the same result: test_rendering.py says so.

Two things are spared, both by private names of Copier, and neither is needed for the result: compiling the
same Jinja source again for each render, and asking git about every file that is written. Where the names are
gone, rendering is slow and still right.
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import copier
from copier import _main

ROOT = Path(__file__).resolve().parents[1]
# What Copier reads of this repository, and what decides how git keeps it.
TEMPLATE = ("copier.yml", "answers.jinja", "template", "options", ".gitignore", ".gitattributes")
# What Jinja would take for its own; none of it is left in a project.
MARKUP = re.compile(r"\{%|\{\{|\{#|^[ \t]*# %", re.MULTILINE)
JUNK = shutil.ignore_patterns(
    "__pycache__",
    "*.py[co]",
    ".*_cache",
    ".venv",
    ".hypothesis",
    ".coverage*",
    ".env",
    ".mailbox",
    "*.db*",
    "uv.lock",
)


def copy_template(folder: Path) -> Path:
    """Copy the template as it stands on disk, without its repository."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TEMPLATE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=JUNK)
        else:
            shutil.copy2(source, folder / name)
    return folder


def commit(folder: Path, message: str, tag: str | None = None) -> None:
    """Commit everything in `folder`, making it a repository first where it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    if tag:
        git(folder, "tag", "-a", tag, "-m", tag)


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder`; what it said. Raises CalledProcessError when it fails."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


class Renderer:
    """Renders one template, each set of answers once."""

    def __init__(self, template: Path, room: Path) -> None:
        self.template = template
        self.room = room
        _spare_what_repeats()

    def render(self, answers: Mapping[str, Any] | None = None) -> Path:
        """The project made of the defaults and these answers. It is shared: change a copy."""
        given = dict(answers or {})
        name = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
        project = self.room / name
        if not project.exists():
            self.render_into(project, given)
        return project

    def render_into(self, project: Path, answers: Mapping[str, Any]) -> None:
        """Render into a new folder. Raises ValueError for an answer that is refused."""
        copier.run_copy(str(self.template), project, data=dict(answers), defaults=True, quiet=True)


def _spare_what_repeats() -> None:
    if hasattr(_main.Worker, "_sync_git_index_executable_bit"):
        _main.Worker._sync_git_index_executable_bit = lambda *_, **__: None  # type: ignore[method-assign]
    stock = getattr(_main, "SandboxedEnvironment", None)
    yields = getattr(_main, "get_yield_context", None)
    if stock is not None and yields is not None and not issubclass(stock, _Remembering):
        remembering = type("RememberingEnvironment", (_Remembering, stock), {"_yields": yields})
        setattr(_main, "SandboxedEnvironment", remembering)  # noqa: B010 - mypy knows no such name there


class _Remembering:
    """Mixed into Copier's Jinja environment: compiles each source once in a process."""

    _compiled: ClassVar[dict[tuple[str, str | None], Any]] = {}
    _yields: Callable[..., Any]

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *rest: bool) -> Any:
        """Compile, or remember. The code depends on the source and on settings that one template has once."""
        if not isinstance(source, str) or any(rest):
            return super().compile(source, name, filename, *rest)  # type: ignore[misc]
        # Compiling would reset what the last `yield` tag left behind.
        context = type(self)._yields(self)
        context.yield_name = context.yield_iterable = None
        key = (source, name)
        if key not in self._compiled:
            self._compiled[key] = super().compile(source, name, filename)  # type: ignore[misc]
        return self._compiled[key]


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder below, with its mode and content, without the repository and what tools leave."""
    skipped = {".git", ".venv", "__pycache__"}
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
        if skipped.isdisjoint(path.relative_to(folder).parts)
    }
