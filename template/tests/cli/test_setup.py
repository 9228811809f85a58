"""`api setup`: from a fresh checkout to a service that runs."""

import json
import stat
from pathlib import Path

from dotenv import dotenv_values

from app.settings import Environment, Settings, load
from tests.cli.conftest import Api


def test_it_makes_the_folder_ready(api: Api, folder: Path) -> None:
    """Settings, the database and the contract; and it says what comes next."""
    result = api("setup")

    assert 0 == result.code, result.err
    assert Environment.DEVELOPMENT == load(Settings).environment
    assert 0 == api("db", "check").code
    assert "/api/v1/users/me" in json.loads((folder / "openapi.json").read_text("utf-8"))["paths"]
    assert "uv run api dev" in result.out


def test_the_env_file_is_for_its_owner_alone(api: Api, folder: Path) -> None:
    """It holds a secret."""
    api("setup")

    assert 0o600 == stat.S_IMODE((folder / ".env").stat().st_mode)


def test_each_project_has_a_secret_of_its_own(api: Api, folder: Path) -> None:
    """Fresh, long, and not the example's."""
    secrets = []
    for _ in range(2):
        (folder / ".env").unlink(missing_ok=True)
        api("setup")
        secrets.append(dotenv_values(folder / ".env")["SECRET_KEY"] or "")

    assert 2 == len(set(secrets))
    assert all(len(secret) >= 64 for secret in secrets)


def test_it_does_nothing_twice(api: Api, folder: Path) -> None:
    """What is there stays as it is: the second run only migrates."""
    api("setup")
    (folder / "openapi.json").write_text("{}\n", "utf-8")
    before = (folder / ".env").read_bytes()

    result = api("setup")

    assert 0 == result.code
    assert (before, "{}\n") == ((folder / ".env").read_bytes(), (folder / "openapi.json").read_text("utf-8"))
    assert ".env is there already" in result.out


def test_every_other_setting_is_as_in_the_example(api: Api, folder: Path) -> None:
    """So that .env explains itself."""
    api("setup")

    example, own = (dotenv_values(folder / name) for name in (".env.example", ".env"))
    assert {"SECRET_KEY"} == {name for name in example if example[name] != own[name]}
    assert example.keys() == own.keys()
