"""The project as its owner works with it: its own checks, its migrations, a feature that comes or goes."""

import re
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from gossip import GOSSIP
from launching import Launcher
from rendering import Renderer, snapshot
from workshop import Workshop, set_up

# What `api check` runs; each for itself, so that a failure says which.
CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "layers": ("lint-imports",),
    "dependencies": ("deptry", "."),
    "tests": ("pytest", "-q", "--cov", "--cov-report=term-missing:skip-covered"),
}
VARIANTS: dict[str, dict[str, Any]] = {"default": {}, "without-example": {"example": False}}
MADE_BY_RUNNING = {"app.db", "app.db-shm", "app.db-wal"}


@pytest.fixture
def workshop(launcher: Launcher, rendered: Path, tmp_path: Path) -> Workshop:
    """The default project, after `api setup`."""
    return set_up(launcher, rendered, tmp_path)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_project_passes_its_own_checks(
    renderer: Renderer, launcher: Launcher, tmp_path: Path, variant: str, check: str
) -> None:
    """As rendered, nothing is left to do; coverage has its own gate in the project."""
    workshop = set_up(launcher, renderer.render(VARIANTS[variant]), tmp_path)
    workshop.run(*CHECKS[check])


def test_checks_leave_the_project_as_it_is(workshop: Workshop) -> None:
    """Formatting and fixing change nothing, and setting up twice neither."""
    before = snapshot(workshop.path)
    workshop.run("ruff", "format", ".")
    workshop.run("ruff", "check", "--fix", ".")
    workshop.api("setup")
    assert _changed(before, snapshot(workshop.path)) <= MADE_BY_RUNNING


def test_migrations_go_up_and_down(workshop: Workshop) -> None:
    """`api db check` finds no difference; all the way down leaves nothing, and up again is as before."""
    workshop.api("db", "check")
    workshop.api("db", "downgrade", "app@base")
    workshop.api("db", "downgrade", "base")
    workshop.api("db", "upgrade")
    workshop.api("db", "check")


def test_example_is_gone_without_a_trace(workshop: Workshop, renderer: Renderer) -> None:
    """Removed as the README says, the project is the one that is generated without the example."""
    (revision,) = (workshop.path / "migrations" / "versions").glob("*.py")
    workshop.api("db", "downgrade", "app@base")
    revision.unlink()
    for folder in ("app/features/invoices", "tests/features/invoices"):
        rmtree(workshop.path / folder)
    example = workshop.path / ".env.example"
    example.write_text(example.read_text().partition("\n# --- Invoices")[0])
    workshop.api("openapi")
    workshop.api("db", "check")
    without = snapshot(renderer.render({"example": False}))
    made_by_setup = {".env", "openapi.json", "README.md", ".copier-answers.yml"}
    assert _changed(without, snapshot(workshop.path)) - MADE_BY_RUNNING - made_by_setup == set()


def test_feature_of_the_readme_takes_five_minutes(workshop: Workshop) -> None:
    """Its files and its commands, as they are printed, pass every check, each rule included."""
    _, _, section = (workshop.path / "README.md").read_text().partition("## Add a feature in five minutes")
    section = section.partition("\n## ")[0]
    files = re.findall(r"```python\n# (\S+)\n(.*?)```", section, re.DOTALL)
    commands = re.findall(r"^uv run api (.*?) *(?:#.*)?$", section, re.MULTILINE)
    assert len(files) >= 5
    workshop.write(dict(files))
    for command in commands:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)]
        if words != ["check"]:
            workshop.api(*words)
    for check in ("format", "lint", "types", "layers", "dependencies"):
        workshop.run(*CHECKS[check])
    workshop.run("pytest", "-q", "tests/rules", "tests/features/notes")
    workshop.api("db", "check")


def test_bad_feature_breaks_the_rules_that_it_breaks(workshop: Workshop) -> None:
    """No login, no bounds, a whole list, no index, a commit: each breaks its own rule, and no other."""
    workshop.write(GOSSIP)
    workshop.api("db", "revision", "-m", "gossip")
    workshop.api("db", "upgrade")
    workshop.api("openapi")
    rules = workshop.run("pytest", "-q", "--tb=no", "-rf", "tests/rules", code=1)
    assert set(re.findall(r"^FAILED \S+::(\w+)", rules, re.MULTILINE)) == {
        "test_every_route_needs_a_login_or_is_public",
        "test_every_request_is_bounded",
        "test_every_list_is_paginated_or_bounded",
        "test_every_foreign_key_leads_an_index",
        "test_nothing_else_commits",
    }, rules[-4000:]


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
