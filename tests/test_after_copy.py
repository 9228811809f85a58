"""hooks/after_copy.py on its own: its steps, what is left out, and what it says when one fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import Done, environment
from rendering import ROOT, git

HOOK = ROOT / "hooks" / "after_copy.py"
STEPS = ["uv sync", "uv run api setup"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that looks like a project; nothing in it keeps .env out of git."""
    folder = tmp_path / "my project"
    folder.mkdir()
    for name in (".copier-answers.yml", "README.md", ".env"):
        (folder / name).write_text("x\n")
    return folder


def _hook(project: Path, *flags: str, **variables: str) -> tuple[Done, list[str]]:
    """Run it; how it ended, and what it asked of uv."""
    settings = environment(project, project, **variables)
    command = [sys.executable, str(HOOK), str(project), *flags]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    log = Path(settings["UV_LOG"])
    return Done(
        done.returncode, done.stdout, done.stderr
    ), log.read_text().splitlines() if log.exists() else []


def _committed(project: Path) -> set[str]:
    return set(git(project, "ls-tree", "-r", "--name-only", "HEAD").splitlines())


def test_every_step(project: Path) -> None:
    """Environment, setup, then the commit, which so holds what they made; never a secret."""
    done, asked = _hook(project)
    assert (0, STEPS) == (done.code, asked), done.err
    assert {".copier-answers.yml", "README.md", "uv.lock", "openapi.json"} == _committed(project)
    assert "main" == git(project, "branch", "--show-current").strip()


@pytest.mark.parametrize(
    ("flags", "asked", "commits"),
    [
        (["--no-install"], [], True),
        (["--no-setup"], STEPS[:1], True),
        (["--no-git"], STEPS, False),
        (["--no-install", "--no-git"], [], False),
    ],
)
def test_steps_can_be_left_out(project: Path, flags: list[str], asked: list[str], commits: bool) -> None:
    """Without an installation there is no setup either, for it would install."""
    done, log = _hook(project, *flags)
    assert (0, asked, commits) == (done.code, log, (project / ".git").exists())


@pytest.mark.parametrize(("broken", "left"), [("sync", STEPS), ("run api setup", STEPS[1:])])
def test_a_failed_step(project: Path, broken: str, left: list[str]) -> None:
    """It says what to repeat, leaves out what needs it, and still commits."""
    done, asked = _hook(project, UV_BREAKS=broken)
    assert done.code == 1
    assert f"Not done: {left[0]}" in done.err
    assert f"cd '{project}' && {' && '.join(left)}\n" in done.err
    assert STEPS.index(left[0]) == len(asked) - 1
    assert "README.md" in _committed(project)


def test_without_a_name_to_commit_under(project: Path, tmp_path: Path) -> None:
    """Git says what it misses; then the line that was printed does what was left."""
    nameless = tmp_path / "gitconfig"
    nameless.write_text("[user]\nuseConfigOnly = true\n")
    done, _ = _hook(project, GIT_CONFIG_GLOBAL=str(nameless))
    assert done.code == 1
    assert "user.email" in done.err
    assert "Not done: git commit" in done.err
    again = done.err.partition("To do it: ")[2]
    subprocess.run(["bash", "-c", again], check=True)
    assert "README.md" in _committed(project)


def test_again(project: Path) -> None:
    """Everything can be repeated; there is one first commit."""
    _hook(project)
    done, _ = _hook(project)
    assert (0, "1") == (done.code, git(project, "rev-list", "--count", "HEAD").strip())


@pytest.mark.parametrize("ignored", [True, False])
def test_inside_another_repository(project: Path, ignored: bool) -> None:
    """It is committed there by its owner, unless that repository does not want it."""
    git(project.parent, "init", "-q")
    if ignored:
        (project.parent / ".gitignore").write_text("/my project/\n")
    done, _ = _hook(project)
    assert (0, ignored) == (done.code, (project / ".git").exists())
    assert ignored != ("commit it there" in done.err)


def test_interrupted(project: Path) -> None:
    """Ctrl-C ends it at once; it says what is left to do."""
    done, asked = _hook(project, UV_INTERRUPTS="sync")
    assert (130, STEPS[:1]) == (done.code, asked)
    assert "Not done: uv sync" in done.err
    assert "Not done: git init" in done.err


def test_without_git(project: Path, tmp_path: Path) -> None:
    """A machine without git gets a line, not a traceback."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to(str(shutil.which("sh")))
    done, _ = _hook(project, "--no-install", PATH=str(tools))
    assert done.code == 1
    assert "git is not installed." in done.err
    assert "Traceback" not in done.err


def test_only_in_a_project(tmp_path: Path) -> None:
    """Anything else is refused before a step."""
    done, asked = _hook(tmp_path)
    assert (2, []) == (done.code, asked)
    assert "is no project made by Copier" in done.err
