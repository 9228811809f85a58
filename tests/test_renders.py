"""What holds for each rendered project, over every value of every question."""

import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from rendering import MARKUP, Renderer
from test_questions import VALUES

# Jinja that the generated project itself renders, at run time.
ITS_OWN_JINJA = re.compile(r"(^|/)emails/|^app/email/(templates|pages)/")
# `copier update` compares folders with filecmp, which overlooks these names: they would never be removed.
OVERLOOKED = {"tags", "RCS", "CVS", "__pycache__", ".git", ".hg", ".bzr", "_darcs"}
# Made in the project, each on its machine.
MADE_THERE = {".env", "uv.lock", "openapi.json"}


@pytest.fixture(scope="module")
def variants(renderer: Renderer) -> dict[str, Path]:
    """A project for each value of each question."""
    return {f"{name}={value}": renderer.render({name: value}) for name, value in VALUES}


def test_names_are_portable(variants: dict[str, Path]) -> None:
    """A project can be made on every operating system."""
    for variant, project in variants.items():
        names = [path.relative_to(project).as_posix() for path in project.rglob("*")]
        assert len(names) == len({name.lower() for name in names}), variant
        assert not any(path.is_symlink() for path in project.rglob("*")), variant


def test_updates_can_remove_what_they_rendered(variants: dict[str, Path]) -> None:
    """No name that an update overlooks, no path that is a file here and a folder there, no empty folder."""
    files: set[str] = set()
    folders: set[str] = set()
    for project in variants.values():
        for path in project.rglob("*"):
            (folders if path.is_dir() else files).add(path.relative_to(project).as_posix())
            assert path.is_file() or any(path.iterdir()), f"{path} is empty: git would not keep it"
    assert set() == files & folders
    assert set() == OVERLOOKED & {part for name in files | folders for part in name.split("/")}


def test_no_markup_is_left(variants: dict[str, Path]) -> None:
    """Except in the templates that the project renders itself."""
    for variant, project in variants.items():
        for path in project.rglob("*"):
            name = path.relative_to(project).as_posix()
            if path.is_file() and path.suffix != ".py" and not ITS_OWN_JINJA.search(name):
                # ${{ … }} belongs to GitHub.
                assert not MARKUP.search(path.read_text("utf-8").replace("${{", "")), f"{variant}: {name}"


def test_nothing_is_rendered_that_the_project_makes(variants: dict[str, Path]) -> None:
    """An update would overwrite the secrets and locks that are there."""
    for variant, project in variants.items():
        assert set() == MADE_THERE & {path.name for path in project.rglob("*")}, variant


@pytest.mark.parametrize("command", ["format --check", "check"])
def test_renders_are_clean(variants: dict[str, Path], command: str) -> None:
    """As rendered, by the project's own settings: nothing has to be repaired afterwards."""
    for variant, project in variants.items():
        words = [sys.executable, "-m", "ruff", *command.split(), "--no-cache", "."]
        done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{variant}: {done.stdout}{done.stderr}"


def test_junk_is_left_out(renderer: Renderer, template_copy: Path, tmp_path: Path) -> None:
    """What running the template's code in place leaves behind reaches no project, secrets least of all."""
    template = copytree(template_copy, tmp_path / "template")
    for name in (
        "app/__pycache__/x.pyc",
        ".env",
        "uv.lock",
        "app.db",
        "app.db-wal",
        ".venv/x",
        ".mypy_cache/x",
    ):
        path = template / "template" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("junk")
    Renderer(template, tmp_path).render_into(tmp_path / "project", {})
    assert _names(renderer.render()) == _names(tmp_path / "project")


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
