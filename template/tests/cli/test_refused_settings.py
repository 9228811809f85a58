"""Settings that cannot be used: nothing starts, and each has a line that says why."""

from pathlib import Path
from typing import Any

import pytest

from app.cli import serve
from tests.cli.conftest import Api
from tests.fixtures.environment import SECRET_KEY

SERVING = ("serve", "dev", "worker")


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a server nor the worker."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("started")

    for name in ("_run", "_work"):
        monkeypatch.setattr(serve, name, refuse)


@pytest.fixture
def secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one setting that has no default."""
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)


@pytest.mark.parametrize("command", SERVING)
def test_a_missing_secret_is_one_line(api: Api, command: str) -> None:
    """And no traceback."""
    result = api(command)

    assert (2, "SECRET_KEY: is missing; `api setup` writes a .env for development\n") == (
        result.code,
        result.err,
    )


@pytest.mark.parametrize("command", SERVING)
def test_each_wrong_setting_has_a_line(api: Api, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """With its name and what is wrong, never its value."""
    for name in ("SECRET_KEY", "PUBLIC_URL", "LOG_LEVEL", "BODY_LIMIT_BYTES", "RATE_LIMIT"):
        monkeypatch.setenv(name, "canary-7")

    result = api(command)

    assert 2 == result.code
    assert {"PUBLIC_URL", "LOG_LEVEL", "BODY_LIMIT_BYTES", "RATE_LIMIT"} == {
        line.split(":")[0] for line in result.err.splitlines()
    }
    assert "canary" not in result.err


def test_what_is_unsafe_in_production_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it at once, one line each."""
    for name, value in {
        "SECRET_KEY": "x" * 32,
        "ALLOWED_HOSTS": "*",
        "CORS_ORIGINS": "*",
        "CORS_ALLOW_CREDENTIALS": "1",
    }.items():
        monkeypatch.setenv(name, value)

    result = api("serve")

    assert 2 == result.code
    assert ["CORS_ORIGINS=*", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS=*", "EMAIL_PROVIDER=console"] == [
        line.split()[0] for line in result.err.splitlines()
    ]


@pytest.mark.parametrize("command", SERVING)
@pytest.mark.parametrize("name", ["DATABASE_URL", "EMAIL_PROVIDER", "SMTP_PORT"])
def test_the_settings_of_every_part_are_read(
    api: Api,
    secret: None,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    name: str,
) -> None:
    """The database's, the email provider's and a feature's too, before anything starts."""
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv(name, "canary-7")

    result = api(command)

    assert (2, 1) == (result.code, len(result.err.splitlines()))
    assert result.err.startswith(name)
    assert "canary" not in result.err


@pytest.mark.parametrize("command", SERVING)
def test_a_typing_error_in_the_env_file_is_refused(
    api: Api, folder: Path, secret: None, command: str
) -> None:
    """With the name that was probably meant."""
    (folder / ".env").write_text(
        "ENVIRONMENT=development\nPUBLIC_ULR=https://canary-7.example\nFOO=1\n", "utf-8"
    )

    result = api(command)

    assert 2 == result.code
    assert (
        "PUBLIC_ULR: nothing reads this setting; did you mean PUBLIC_URL?\nFOO: nothing reads this setting\n"
    ) == result.err
