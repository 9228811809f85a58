"""`api check`: one command checks everything."""

import sys

import pytest

from app.cli import check
from tests.cli.conftest import Api

GOOD = (sys.executable, "-c", "")
BAD = (sys.executable, "-c", "raise SystemExit(3)")


def test_all_is_well(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is shown before it runs."""
    monkeypatch.setattr(check, "CHECKS", {"lint": GOOD, "types": GOOD})

    result = api("check")

    assert 0 == result.code
    assert ["lint", "types", "All well."] == [line.split(":")[0] for line in result.out.splitlines()]


def test_what_failed_is_named(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the others have run too: one run tells everything."""
    monkeypatch.setattr(check, "CHECKS", {"lint": BAD, "types": GOOD, "tests": BAD})

    result = api("check")

    assert (1, "Failed: lint, tests\n") == (result.code, result.err)
    assert "types: " in result.out


def test_a_missing_tool_says_what_to_do(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the development group there is nothing to check with."""
    monkeypatch.setattr(check, "CHECKS", {"lint": ("no-such-tool", "--quiet")})

    result = api("check")

    assert (2, "no-such-tool is not installed: run `uv sync` with the development group\n") == (
        result.code,
        result.err,
    )


def test_its_tools_are_those_of_the_project() -> None:
    """Format, lint, types, layers, dependencies and tests."""
    assert ["ruff", "ruff", "mypy", "lint-imports", "deptry", "pytest"] == [
        command[0] for command in check.CHECKS.values()
    ]
