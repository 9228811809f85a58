"""What `backsmith` does, seen from outside."""

import resource
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from command import BARE, answers, environment, run
from rendering import commit, copy_template, git, snapshot

NASTY = "{{ 7*7 }} “it's” $(id) \\n # % if"


def test_help_is_quick(template_repository: Path, folder: Path) -> None:
    """Neither Copier nor a prompt library is imported for it: 0.3 s of CPU, twice that on a slow machine."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run(["--help"], folder, environment(template_repository, folder))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.code == 0
    assert "new" in done.out
    assert "demo" in done.out
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.6


def test_version(template_repository: Path, folder: Path) -> None:
    """The release, which is also the template's tag."""
    assert "0.1.0\n" == run(["--version"], folder, environment(template_repository, folder)).out


def test_help_offers_every_question(template_repository: Path, folder: Path) -> None:
    """One flag for each question, with its help and its choices."""
    shown = run(["new", "--help"], folder, {**environment(template_repository, folder), "COLUMNS": "200"}).out
    questions = yaml.safe_load((template_repository / "copier.yml").read_text("utf-8"))
    for name, details in questions.items():
        if not name.startswith("_"):
            assert f"--{name.replace('_', '-')}" in shown
            assert details["help"].split()[0] in shown
            assert "|".join(details.get("choices", {}).values()) in shown


def test_new_makes_a_project_ready_to_run(template_repository: Path, folder: Path) -> None:
    """Rendered, installed, set up and committed; then the next three commands."""
    variables = environment(template_repository, folder)
    done = run(["new", "deep/er/my api", "--defaults"], folder, variables)
    project = folder / "deep/er/my api"
    assert done.code == 0, done.err
    assert ["uv sync", "uv run api setup"] == Path(variables["UV_LOG"]).read_text().splitlines()
    assert "" == git(project, "status", "--porcelain")
    committed = git(project, "ls-files").splitlines()
    assert {"uv.lock", "openapi.json", "app/main.py", "app/features/invoices/__init__.py"} <= set(committed)
    assert ".env" not in committed
    assert (project / ".env").is_file()
    assert "\n  cd 'deep/er/my api'\n  uv run api dev\n  uv run api check\n" in done.out
    assert [project] == list(project.parent.iterdir())
    recorded = answers(project)
    assert ("v0.1.0", str(template_repository)) == (recorded["_commit"], recorded["_src_path"])


def test_the_printed_line_makes_the_same_project(template_repository: Path, folder: Path) -> None:
    """Answers from a file, from --set, from flags and from the developer's own defaults, with any text."""
    (folder / "answers.yml").write_text("ci: gitlab\nlicense: none\nexample: false\n_commit: old\n")
    settings = folder / "settings.yml"
    settings.write_text("defaults:\n  author_name: Jane\n")
    variables = environment(template_repository, folder, COPIER_SETTINGS_PATH=str(settings))
    given = ["--data-file", "answers.yml", "--set", f"description={NASTY}", "--set", "license=MIT"]
    flags = ["--project-name", NASTY, "--license", "BSD-3-Clause"]
    done = run(["new", "first", "--defaults", *BARE, *given, *flags], folder, variables)
    assert done.code == 0, done.err
    wanted = {
        "project_name": NASTY,
        "description": NASTY,
        "ci": "gitlab",
        "license": "BSD-3-Clause",
        "example": False,
    }
    recorded = answers(folder / "first")
    assert {**wanted, "author_name": "Jane"} == {name: recorded[name] for name in [*wanted, "author_name"]}

    program, *words = shlex.split(done.out.strip().splitlines()[-1])
    assert ("copier", "first") == (program, words.pop())
    subprocess.run(
        [sys.executable, "-m", "copier", *words, "second"], cwd=folder, check=True, capture_output=True
    )
    assert snapshot(folder / "first") == snapshot(folder / "second")


def test_an_empty_folder_is_filled(template_copy: Path, folder: Path) -> None:
    """It stays the same folder: it may be where somebody's shell is. A template without commits will do."""
    before = folder.stat().st_ino
    done = run(["new", ".", "--defaults", *BARE], folder, environment(template_copy, folder))
    assert (0, before) == (done.code, folder.stat().st_ino), done.err
    assert (folder / "app/main.py").is_file()
    assert not [*folder.parent.glob(".backsmith-*"), *folder.glob(".backsmith-*")]
    assert "`copier update` cannot start from this project" in done.err
    assert "--vcs-ref" not in done.out


def test_says_when_a_project_cannot_be_updated(tmp_path: Path, folder: Path) -> None:
    """Changes that no commit holds are taken along; no update can start from them."""
    template = copy_template(tmp_path / "template")
    commit(template, "First commit")
    (template / "template/new.txt").write_text("new\n")
    done = run(["new", "project", "--defaults", *BARE], folder, environment(template, folder))
    assert done.code == 0
    assert (folder / "project/new.txt").exists()
    assert "`copier update` cannot start from this project" in done.err
    assert "--vcs-ref HEAD" in done.out
