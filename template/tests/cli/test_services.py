"""`api user create-service`: accounts of programs."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys import ApiKeys
from app.auth.permissions import permissions_of
from app.auth.principal import Principal
from app.settings import Settings, load
from app.users import Role, User
from tests.cli.conftest import Api, in_database
from tests.fixtures.environment import SECRET_KEY

NEW = ("user", "create-service", "nightly-export", "--scope", "account:read")


@pytest.fixture(autouse=True)
def ready(folder: Path, second_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has its tables, and keys can be made."""
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("ENVIRONMENT", "test")


def principal_of(key: str) -> Principal | None:
    """Whom the service takes the bearer of this key for."""

    async def read(session: AsyncSession) -> Principal | None:
        identity = ApiKeys(load(Settings)).verify(key)
        return None if identity is None else await identity.principal(session)

    return in_database(read)


def account() -> User | None:
    return in_database(lambda session: session.scalar(select(User)))


def test_a_service_account_comes_with_a_key(api: Api) -> None:
    """It alone is printed to stdout, for a script to take; there is no password."""
    result = api(*NEW, "--scope", "account:read", "--days", "7")

    principal, user = principal_of(result.out.strip()), account()
    assert (0, 1, 1) == (result.code, len(result.out.splitlines()), len(result.err.splitlines()))
    assert principal is not None
    assert user is not None
    assert (Role.USER, frozenset({"account:read"})) == (principal.role, principal.scopes)
    assert ("nightly-export", None, user.id) == (user.name, user.password_hash, principal.id)


def test_one_for_administration(api: Api) -> None:
    """Said in words: without --admin, nobody gets scopes of administrators."""
    command = ("user", "create-service", "directory-sync", "--scope", "users:write")
    refused = api(*command)
    assert (1, "", "Not yours to give: users:write.\n") == (refused.code, refused.out, refused.err)
    assert account() is None

    principal = principal_of(api(*command, "--admin").out.strip())

    assert principal is not None
    assert (Role.ADMIN, frozenset({"users:write"})) == (principal.role, principal.scopes)


@pytest.mark.parametrize(("options", "role"), [((), Role.USER), (("--admin",), Role.ADMIN)])
def test_one_that_may_all_that_its_role_may(api: Api, options: tuple[str, ...], role: Role) -> None:
    """The first key of an administrator: no key gives a scope that it has not itself."""
    result = api("user", "create-service", "operator", "--every-scope", *options)

    principal = principal_of(result.out.strip())
    assert principal is not None
    assert (role, frozenset(permissions_of(role))) == (principal.role, principal.scopes)
    assert (role is Role.ADMIN) == ("users:write" in permissions_of(role))


def test_a_name_is_given_once(api: Api) -> None:
    """The program that has it keeps its key."""
    key = api(*NEW).out.strip()

    second = api(*NEW)

    assert (1, "", "There is a service account of this name already\n") == (
        second.code,
        second.out,
        second.err,
    )
    assert principal_of(key) is not None


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("Nightly Export", "--scope", "account:read"), "name"),
        (("a@example.com", "--scope", "account:read"), "name"),
        (("x" * 51, "--scope", "account:read"), "name"),
        (("export",), "scopes"),
        (("export", "--scope", "*"), "scopes"),
        (("export", "--scope", "account:read", "--days", "366"), "expires_in_days"),
    ],
)
def test_what_does_not_fit_is_refused(api: Api, arguments: tuple[str, ...], place: str) -> None:
    """In one line; no account is made."""
    result = api("user", "create-service", *arguments)

    assert (2, "", 1) == (result.code, result.out, len(result.err.splitlines()))
    assert result.err.startswith(f"{place}: ")
    assert account() is None
