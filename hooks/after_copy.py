"""What follows a copy: the project's environment, its setup, a repository with a first commit.

    python hooks/after_copy.py PROJECT [--no-install] [--no-setup] [--no-git]

Standard library only. A step that fails says how to do it again; what does not need it goes on.
"""

import argparse
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

Command = list[str]


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run; the exit code."""
    parser = argparse.ArgumentParser(description="Make a freshly copied project ready to run.")
    parser.add_argument("project", type=Path)
    for step in ("install", "setup", "git"):
        parser.add_argument(f"--no-{step}", dest=step, action="store_false", help=f"leave out: {step}")
    options = parser.parse_args(arguments)
    if not (options.project / ".copier-answers.yml").is_file():
        parser.error(f"{options.project} is no project made by Copier")
    return run(options.project.resolve(), install=options.install, setup=options.setup, git=options.git)


def run(project: Path, *, install: bool = True, setup: bool = True, git: bool = True) -> int:
    """Do the wanted steps; 0 when all went well, 1 when one failed, 130 when interrupted."""
    # In a chain each command needs those before it. The commit comes last: it holds uv.lock and openapi.json.
    chains = [_environment(install, setup), _repository(project) if git else []]
    interrupted = False
    try:
        for chain in chains:
            while chain and _succeeds(chain[0], project):
                del chain[0]
    except KeyboardInterrupt:
        interrupted = True
    left = [chain for chain in chains if chain]
    for chain in left:
        again = " && ".join(shlex.join(command) for command in chain)
        _say(f"Not done: {shlex.join(chain[0])}\n  To do it: cd {shlex.quote(str(project))} && {again}")
    return 130 if interrupted else int(bool(left))


def uv() -> Command:
    """The command that starts uv: the one on PATH, else the one beside this Python."""
    if shutil.which("uv") or importlib.util.find_spec("uv") is None:
        return ["uv"]
    return [sys.executable, "-m", "uv"]


def project_environment() -> dict[str, str]:
    """Our environment without what would lead uv to the environment that we run in."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"}
    }


def _environment(install: bool, setup: bool) -> list[Command]:
    # No setup without an installation: `uv run` would make one.
    steps = [[*uv(), "sync"], [*uv(), "run", "api", "setup"]]
    return steps[: 1 + setup] if install else []


def _repository(project: Path) -> list[Command]:
    commit = [
        ["git", "add", "--all"],
        # .gitignore keeps it out; this does so even when somebody's settings do not.
        ["git", "rm", "-q", "--cached", "--ignore-unmatch", ".env"],
        ["git", "commit", "-q", "-m", "First commit"],
    ]
    top = _git(project, "rev-parse", "--show-toplevel")
    if not top or (Path(top) != project and _git(project, "check-ignore", str(project))):
        return [["git", "init", "-q", "-b", "main"], *commit]
    if Path(top) != project:
        _say(f"{project} lies in the repository {top}: commit it there.")
        return []
    return [] if _git(project, "rev-parse", "--verify", "--quiet", "HEAD") else commit


def _git(project: Path, *arguments: str) -> str:
    """What git says, or nothing when it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _succeeds(command: Command, project: Path) -> bool:
    _say(f"{shlex.join(command)} ...")
    try:
        return subprocess.run(command, cwd=project, env=project_environment(), check=False).returncode == 0
    except FileNotFoundError:
        _say(f"{command[0]} is not installed.")
        return False


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
