"""What `backsmith` refuses: in one clear line, with exit code 2, before anything is written."""

from pathlib import Path

import pytest

from command import environment, run
from rendering import snapshot

REFUSALS = {
    "unknown question": (
        ["--set", "databse=sqlite"],
        "there is no question 'databse'; did you mean database?",
    ),
    "like no question": (
        ["--set", "zzzzzz=1"],
        "there is no question 'zzzzzz'; the questions are project_name,",
    ),
    "no answer": (["--set", "database"], "--set takes question=answer, not 'database'"),
    "no such file": (["--data-file", "absent.yml"], "cannot read absent.yml: No such file or directory"),
    "no YAML": (["--data-file", "bad.yml"], "cannot read bad.yml: it is not YAML"),
    "no mapping": (["--data-file", "list.yml"], "cannot use list.yml: it holds no `question: answer` lines"),
    "no text": (["--data-file", "odd.yml"], "description: answer with text, not ['a']"),
    "neither yes nor no": (["--set", "example=maybe"], "example: answer yes or no, not 'maybe'"),
    "no choice": (
        ["--set", "ci=jenkins"],
        "Invalid choice for 'ci': 'jenkins' is not in ['github', 'gitlab', 'none']",
    ),
    "invalid": (
        ["--project-slug", "fastapi"],
        "project_slug: fastapi is a package that the project uses; uv refuses",
    ),
    "no template": (
        ["--template", "absent"],
        "there is no template at absent: neither a folder nor the address",
    ),
    "empty template": (["--template", "."], "holds no template: there is no copier.yml"),
    "other template": (["--template", "other"], "other/copier.yml does not ask as this template does"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(template_repository: Path, folder: Path, case: str) -> None:
    """One clear line, exit code 2, and nothing written."""
    (folder / "bad.yml").write_text("a: [")
    (folder / "list.yml").write_text("- a\n")
    (folder / "odd.yml").write_text("description: [a]\n")
    (folder / "other").mkdir()
    (folder / "other" / "copier.yml").write_text("name: me\n")
    before = snapshot(folder)
    arguments, line = REFUSALS[case]
    done = run(
        ["new", "deep/project", "--defaults", *arguments], folder, environment(template_repository, folder)
    )
    assert (2, 1) == (done.code, len(done.said)), done.err
    assert line in done.err
    assert before == snapshot(folder)


@pytest.mark.parametrize("command", [["new", "--defaults"], ["demo", "--port", "0"]], ids=["new", "demo"])
@pytest.mark.parametrize("target", ["full", "file"])
def test_what_is_there_is_left_alone(
    template_repository: Path, folder: Path, command: list[str], target: str
) -> None:
    """A folder with something in it, or a file, is refused before any question."""
    (folder / "full").mkdir()
    (folder / "full" / "mine").write_text("mine")
    (folder / "file").write_text("mine")
    before = snapshot(folder)
    name, *options = command
    options = ["--port", "65000"] if name == "demo" else options
    done = run([name, target, *options], folder, environment(template_repository, folder))
    assert (2, 1) == (done.code, len(done.said)), done.err
    assert "is not empty" in done.err if target == "full" else "is not a folder" in done.err
    assert before == snapshot(folder)


@pytest.mark.parametrize("flag", ["--databse=sqlite", "--ci=jenkins"])
def test_flags_are_checked(template_repository: Path, folder: Path, flag: str) -> None:
    """An unknown flag, or one with a value that is no choice, ends it before anything else."""
    done = run(["new", "project", "--defaults", flag], folder, environment(template_repository, folder))
    assert done.code == 2
    assert flag.partition("=")[0] in done.err
    assert {} == snapshot(folder)


def test_asks_nobody_when_nobody_is_there(template_repository: Path, folder: Path) -> None:
    """Without a terminal it names the open questions instead of waiting or guessing."""
    done = run(["new", "project", "--database", "sqlite"], folder, environment(template_repository, folder))
    assert (2, 1) == (done.code, len(done.said))
    assert "nobody is here to answer project_name, project_slug," in done.err
    assert "database" not in done.err
    assert {} == snapshot(folder)
