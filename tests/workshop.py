"""A rendered project in the hands of its owner."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from launching import Launcher
from running import Project


@dataclass(frozen=True)
class Workshop:
    """A project of one's own, set up, and a terminal in it."""

    project: Project
    # Shared by the projects of one test process: what has not changed is not analysed again.
    caches: Path
    # The variables by which the project finds its servers.
    services: Mapping[str, str]

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.project.path

    def run(self, *command: str, code: int = 0) -> str:
        """Run a tool; what it said. Raises AssertionError when it ends with another code."""
        caches = {f"{tool}_CACHE_DIR": str(self.caches / tool.lower()) for tool in ("MYPY", "RUFF")}
        done = subprocess.run(
            command,
            cwd=self.path,
            env={**self._environment(), **caches},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def api(self, *arguments: str) -> str:
        """Run `api ARGUMENTS`; what it said. Raises AssertionError when it fails."""
        done = self.project.run(*arguments, settings=self._environment())
        assert done.code == 0, done.output + done.errors
        return done.output + done.errors

    def _environment(self) -> dict[str, str]:
        """What a terminal has: the tools beside this Python, the servers, and nothing of this test run."""
        names = ("HOME", "LANG", "TMPDIR")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        return {**kept, "PATH": path, **self.services}

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, each named by its path in the project."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def move_in(launcher: Launcher, rendered: Path, room: Path, **services: str) -> Workshop:
    """A copy of a project, as it is rendered, with variables that name its servers."""
    project = Project(launcher, copytree(rendered, room / "project"), room / "rooms")
    return Workshop(project, room.parent / "caches", services)


def set_up(launcher: Launcher, rendered: Path, room: Path, **services: str) -> Workshop:
    """The same, after `api setup`."""
    workshop = move_in(launcher, rendered, room, **services)
    workshop.api("setup")
    return workshop
