"""The README says what is so."""

import re

import pytest

import readme
from command import environment, run
from rendering import ROOT

TEXT = readme.README.read_text("utf-8")
COMMANDS = ["pip install uv && uv run backsmith demo", "pip install uv && uv run pytest"]


def test_the_menu_is_current() -> None:
    """Run `uv run python tests/readme.py` after changing copier.yml."""
    assert readme.with_menu(TEXT) == TEXT


@pytest.mark.parametrize("command", COMMANDS)
def test_the_two_commands_stand_alone(command: str) -> None:
    """What a newcomer copies: each is a block of one line."""
    assert f"```sh\n{command}\n```" in TEXT


def test_ci_runs_the_command_for_tests() -> None:
    """The repository's CI does what a newcomer does."""
    assert "run uv run pytest --require-services\n" in (ROOT / ".ci/run").read_text("utf-8")


def test_the_flags_exist(template_repository, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Every flag of `backsmith` that the README names is in its help."""
    flags = {
        flag
        for line in re.findall(r"backsmith (?:new|demo).*", TEXT)
        for flag in re.findall(r"--[\w-]+", line)
    }
    variables = environment(template_repository, tmp_path)
    shown = "".join(run([name, "--help"], tmp_path, variables).out for name in ("new", "demo"))
    assert flags
    assert set() == {flag for flag in flags if flag not in shown}
