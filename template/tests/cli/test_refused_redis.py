"""A REDIS_URL that cannot be used: nothing starts."""

import pytest

from tests.cli.conftest import Api
from tests.fixtures.apps import PRODUCTION
from tests.fixtures.environment import SECRET_KEY


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("url", ["redis://canary-7.example", "canary-7"])
def test_it_is_one_line(api: Api, monkeypatch: pytest.MonkeyPatch, command: str, url: str) -> None:
    """And no traceback; the URL is not shown."""
    for name, value in {**PRODUCTION, "secret_key": SECRET_KEY, "redis_url": url}.items():
        monkeypatch.setenv(name.upper(), str(value))

    result = api(command)

    assert (2, 1) == (result.code, len(result.err.splitlines()))
    assert result.err.startswith("REDIS_URL")
    assert "canary" not in result.err
