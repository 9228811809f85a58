"""The `api` command as a whole."""

import pytest

from tests.cli.conftest import Api


def test_it_lists_its_commands(api: Api) -> None:
    """Those that the README names."""
    result = api("--help")

    assert 0 == result.code
    for command in ("dev", "serve", "worker", "setup", "db", "user", "openapi", "routes", "check"):
        assert f" {command} " in result.out


@pytest.mark.parametrize("arguments", [["unknown"], ["db"], ["user"], ["user", "unknown"]])
def test_half_a_command_is_refused(api: Api, arguments: list[str]) -> None:
    """With exit code 2."""
    assert 2 == api(*arguments).code
