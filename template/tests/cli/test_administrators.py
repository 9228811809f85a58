"""`api user`: looking after accounts."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.accounts.passwords import verify_password
from app.cli import cli
from app.users import Role, User
from app.users import repository as users
from tests.cli.conftest import Api, in_database

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def migrated(folder: Path, second_database: None) -> None:
    """The database has its tables; a command needs nothing else."""


def read(email: str) -> User | None:
    """The user with this address."""
    return in_database(lambda session: users.by_email(session, email))


def test_an_administrator_can_log_in(api: Api) -> None:
    """Address confirmed and spelt as a login spells it, every right, this password."""
    result = api("user", "create-admin", "Ann@Example.com", "--password-stdin", stdin=f"{PASSWORD}\n")

    admin = read("ann@example.com")
    assert (0, "ann@example.com is an administrator.\n") == (result.code, result.out)
    assert admin is not None
    assert Role.ADMIN == admin.role
    assert admin.email_verified_at is not None
    assert asyncio.run(verify_password(PASSWORD, admin.password_hash))


def test_the_password_is_asked_for_twice(api: Api) -> None:
    """Without --password-stdin, and it is not shown."""
    result = CliRunner().invoke(cli, ["user", "create-admin", "ann@example.com"], input=f"{PASSWORD}\n" * 2)

    assert 0 == result.exit_code
    assert PASSWORD not in result.output
    assert read("ann@example.com") is not None


def test_a_known_address_stays_whose_it_is(api: Api) -> None:
    """Nobody's password is changed by accident."""
    api("user", "create-admin", "ann@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")

    result = api("user", "create-admin", "ann@example.com", "--password-stdin", stdin="another good one\n")

    admin = read("ann@example.com")
    assert (1, "ann@example.com has an account already.\n") == (result.code, result.err)
    assert admin is not None
    assert asyncio.run(verify_password(PASSWORD, admin.password_hash))


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [
        ("ann@example.com", "too short", "at least 15 characters"),
        ("ann@example.com", "", "at least 15 characters"),
        ("ann@example.com", "passwordpassword", "one of the most common passwords"),
        ("ann@example.com", "x" * 257, "at most 256 characters"),
        ("ann", PASSWORD, "not a valid email address"),
    ],
)
def test_a_weak_password_or_wrong_address_is_refused(api: Api, email: str, password: str, why: str) -> None:
    """One line says why, without the password; no account is made."""
    result = api("user", "create-admin", email, "--password-stdin", stdin=f"{password}\n")

    assert (2, 1) == (result.code, len(result.err.splitlines()))
    assert why in result.err
    assert not password or password not in result.err
    assert read(email) is None
