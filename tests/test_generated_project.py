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
from variants import SERVERS, VARIANTS, services_for
from workshop import Workshop, move_in, set_up

# What `api check` runs; each for itself, so that a failure says which.
STATIC_CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "layers": ("lint-imports",),
    "dependencies": ("deptry", "."),
}
TESTS = ("pytest", "-q", "--cov", "--cov-report=term-missing:skip-covered")
DATABASES = pytest.mark.parametrize(
    "variant", [{"database": answer} for answer in SERVERS], ids=SERVERS, indirect=True
)
MADE_BY_RUNNING = {"app.db", "app.db-shm", "app.db-wal"}


@pytest.fixture
def workshop(launcher: Launcher, rendered: Path, tmp_path: Path) -> Workshop:
    """The default project, after `api setup`."""
    return set_up(launcher, rendered, tmp_path)


@pytest.fixture
def variant(
    renderer: Renderer, launcher: Launcher, tmp_path: Path, request: pytest.FixtureRequest
) -> Workshop:
    """The project with the answers that are the parameter, after `api setup`, with its servers."""
    services = services_for(request.param, request)
    return set_up(launcher, renderer.render(request.param), tmp_path, **services)


@pytest.mark.parametrize("check", STATIC_CHECKS)
@pytest.mark.parametrize("answers", VARIANTS.values(), ids=VARIANTS)
def test_project_passes_its_own_checks(
    renderer: Renderer, launcher: Launcher, tmp_path: Path, answers: Mapping[str, Any], check: str
) -> None:
    """As rendered, nothing is left to do."""
    move_in(launcher, renderer.render(answers), tmp_path).run(*STATIC_CHECKS[check])


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS, indirect=True)
def test_project_passes_its_own_tests(variant: Workshop) -> None:
    """After `api setup`, on its own database; coverage has its own gate in the project."""
    variant.run(*TESTS)


def test_checks_leave_the_project_as_it_is(workshop: Workshop) -> None:
    """Formatting and fixing change nothing, and setting up twice neither."""
    before = snapshot(workshop.path)
    workshop.run("ruff", "format", ".")
    workshop.run("ruff", "check", "--fix", ".")
    workshop.api("setup")
    assert _changed(before, snapshot(workshop.path)) <= MADE_BY_RUNNING


@DATABASES
def test_migrations_go_up_and_down(variant: Workshop) -> None:
    """`api db check` finds no difference; all the way down leaves nothing, and up again is as before."""
    variant.api("db", "check")
    variant.api("db", "downgrade", "app@base")
    variant.api("db", "downgrade", "base")
    variant.api("db", "upgrade")
    variant.api("db", "check")


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


@DATABASES
def test_feature_of_the_readme_takes_five_minutes(variant: Workshop) -> None:
    """Its files and its commands, as they are printed, pass every check, each rule included."""
    _, _, section = (variant.path / "README.md").read_text().partition("## Add a feature in five minutes")
    section = section.partition("\n## ")[0]
    files = re.findall(r"```python\n# (\S+)\n(.*?)```", section, re.DOTALL)
    commands = re.findall(r"^uv run api (.*?) *(?:#.*)?$", section, re.MULTILINE)
    assert len(files) >= 5
    variant.write(dict(files))
    for command in commands:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)]
        if words != ["check"]:
            variant.api(*words)
    for check in STATIC_CHECKS.values():
        variant.run(*check)
    variant.run("pytest", "-q", "tests/rules", "tests/features/notes")
    variant.api("db", "check")


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
