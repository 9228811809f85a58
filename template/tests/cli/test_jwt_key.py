"""`api jwt-key`: a private key for access tokens."""

from pathlib import Path

import pytest

from app.auth.access_tokens.keys import key_pairs
from tests.cli.conftest import Api
from tests.fixtures.environment import SECRET_KEY


def test_it_is_printed_and_kept_nowhere(api: Api, folder: Path) -> None:
    """A new one each time, fit for JWT_PRIVATE_KEYS."""
    before = sorted(folder.iterdir())

    first, second = api("jwt-key"), api("jwt-key")

    assert [0, 0] == [result.code for result in (first, second)]
    assert 2 == len({key_pairs(result.out)[0].kid for result in (first, second)})
    assert before == sorted(folder.iterdir())


def test_in_a_file_it_is_its_owners_alone(api: Api, folder: Path) -> None:
    """It is not printed then, only its public name."""
    result = api("jwt-key", "--output", "jwt.pem")

    file = folder / "jwt.pem"
    [key] = key_pairs(file.read_text())
    assert (0, 0o600) == (result.code, file.stat().st_mode & 0o777)
    assert f"Wrote jwt.pem: the key {key.kid}. Do not commit it.\n" == result.out


def test_no_file_is_overwritten(api: Api, folder: Path) -> None:
    """It may be the key that is in use."""
    (folder / "jwt.pem").write_text("in use")

    result = api("jwt-key", "-o", "jwt.pem")

    assert (1, "jwt.pem: File exists\n") == (result.code, result.err)
    assert "in use" == (folder / "jwt.pem").read_text()


def test_a_key_that_cannot_be_used_stops_the_start(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line."""
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("JWT_PRIVATE_KEYS", "canary-7")

    result = api("serve")

    assert (2, 1) == (result.code, len(result.err.splitlines()))
    assert result.err.startswith("JWT_PRIVATE_KEYS: ")
    assert "canary" not in result.err
