"""Plain Copier is enough: `copier copy` and `copier update`, never with --trust."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from copier import VcsRef, run_update

from rendering import ROOT, Renderer, commit, copy_template, git, snapshot

# Each of these makes Copier ask for --trust.
NEEDS_TRUST = {"_tasks", "_jinja_extensions", "_migrations", "_external_data"}


def _copier(*arguments: str | Path) -> str:
    """Run the command; what it told the user."""
    command = [sys.executable, "-m", "copier", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), "utf-8")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_nothing_needs_trust() -> None:
    """Once a release ships such a thing, every update away from it needs --trust too."""
    assert set() == NEEDS_TRUST & set(yaml.safe_load((ROOT / "copier.yml").read_text("utf-8")))
    assert "{}" == Path(os.environ["COPIER_SETTINGS_PATH"]).read_text().strip()


def test_copy_and_update(tmp_path: Path) -> None:
    """An update brings what the template changed; what the user edited, added or deleted stays so."""
    template = copy_template(tmp_path / "backsmith")
    commit(template, "First release", tag="v0.1.0")
    project = tmp_path / "my-api"
    told = _copier("copy", "--defaults", template, project)
    assert f"cd {project}" in told
    assert "uv run api setup" in told
    commit(project, "First commit")

    # The user.
    example = project / "app/features/invoices"
    _append(example / "service.py", "# mine\n")
    (example / "repository.py").unlink()
    (project / "app/features/notes").mkdir()
    (project / "app/features/notes/__init__.py").write_text('"""Notes."""\n')
    (project / "migrations/versions/mine.py").write_text('"""Mine."""\n')
    (project / "README.md").write_text("# Mine\n")
    (project / "CHANGELOG.md").unlink()
    _append(project / "app/main.py", "# mine\n")
    commit(project, "My work")

    # The template.
    source = template / "template"
    for name in ("service.py", "repository.py", "models.py"):
        _append(source / "app/features/invoices" / name, "# theirs\n")
    _append(source / "README.md.jinja", "theirs\n")
    _append(source / "CHANGELOG.md", "theirs\n")
    _edit(source / "app/main.py", '"""', '"""Theirs. ')
    _append(source / "Dockerfile", "# theirs\n")
    (source / "app/new.py").write_text('"""New."""\n')
    (source / "app/cache.py").unlink()
    commit(template, "Second release", tag="v0.2.0")

    before = git(project, "rev-parse", "HEAD:app/features", "HEAD:migrations/versions")
    _copier("update", "--defaults", project)
    status = [line.split(maxsplit=1) for line in git(project, "status", "--porcelain").splitlines()]

    assert {
        ".copier-answers.yml": "M",
        "Dockerfile": "M",
        "app/cache.py": "D",
        "app/main.py": "M",
        "app/new.py": "??",
    } == {name: state for state, name in status}
    main = (project / "app/main.py").read_text("utf-8")
    assert main.startswith('"""Theirs. ')
    assert main.endswith("# mine\n")
    commit(project, "Update")
    assert before == git(project, "rev-parse", "HEAD:app/features", "HEAD:migrations/versions")
    assert "# Mine\n" == (project / "README.md").read_text()
    assert "_commit: v0.2.0" in (project / ".copier-answers.yml").read_text()


def test_an_answer_can_be_changed(template_repository: Path, tmp_path: Path) -> None:
    """Then the project is, byte for byte, what a new one with the new answers is."""
    changes: dict[str, Any] = {"ci": "gitlab", "license": "BSD-3-Clause", "description": "Other."}
    renderer = Renderer(template_repository, tmp_path)
    renderer.render_into(tmp_path / "fresh", changes)
    renderer.render_into(tmp_path / "project", {})
    commit(tmp_path / "project", "First commit")
    run_update(
        tmp_path / "project", changes, defaults=True, overwrite=True, quiet=True, vcs_ref=VcsRef.CURRENT
    )
    fresh, changed = snapshot(tmp_path / "fresh"), snapshot(tmp_path / "project")
    # The README is the user's: what it says of the project stays.
    assert fresh.pop("README.md") != changed.pop("README.md")
    assert fresh == changed
