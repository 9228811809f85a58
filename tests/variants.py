"""A pytest plugin: the variants of the generated project that are run, and what each of them stands on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any, Protocol
from uuid import uuid4

import pytest

from launching import Crashed
from running import Project, settings_for

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "without-example": {"example": False},
    "postgresql": {"database": "postgresql"},
    "mysql": {"database": "mysql"},
    "session": {"auth": "session"},
    "oidc": {"auth": "oidc"},
    "api_key": {"auth": "api_key"},
    "postgresql-redis": {"database": "postgresql", "shared_store": "redis"},
}
# On what promises and contract are proven: each kind of database, each style of authentication.
GROUNDS: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"database": "postgresql"},
    "mysql": {"database": "mysql"},
    "session": {"auth": "session"},
    "oidc": {"auth": "oidc"},
    "api_key": {"auth": "api_key"},
}
# The fixture that makes databases for each answer to `database`.
SERVERS = {"sqlite": "sqlite", "postgresql": "postgresql", "mysql": "mariadb"}
SQLITE_URL = "sqlite+aiosqlite:///"


class Server(Protocol):
    """Makes databases."""

    def new_database(self) -> str:
        """Make an empty database; its URL."""

    def copy_database(self, url: str) -> str:
        """Make a database with what stands in another, which nobody has open; its URL."""


class Files:
    """Databases of SQLite: files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_database(self) -> str:
        """Name a file, which its first user makes; its URL."""
        return f"{SQLITE_URL}{self._folder / uuid4().hex}.db"

    def copy_database(self, url: str) -> str:
        """Copy a file; its URL."""
        copy = self.new_database()
        copyfile(url.removeprefix(SQLITE_URL), copy.removeprefix(SQLITE_URL))
        return copy


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What makes databases of SQLite."""
    return Files(tmp_path_factory.mktemp("sqlite"))


def server_for(answers: Mapping[str, Any], request: pytest.FixtureRequest) -> Server:
    """What makes databases for a project with these answers."""
    server: Server = request.getfixturevalue(SERVERS[answers.get("database", "sqlite")])
    return server


def settings_on(database: str) -> dict[str, str]:
    """The least settings a project runs with on this database, which has no TLS, whatever kind it is."""
    return {**settings_for(database), "DATABASE_TLS": "none"}


def migrated_database(project: Project, server: Server) -> str:
    """A new database with all migrations applied; its URL."""
    url = server.new_database()
    command = project.run("db", "upgrade", settings=settings_on(url))
    if command.code:
        raise Crashed(command.output + command.errors)
    return url


def _databases(server: Any) -> dict[str, str]:
    return {
        "DATABASE_URL": server.new_database(),
        "DATABASE_TLS": "none",
        "TEST_DATABASE_URL": server.new_database(),
    }


def _redis(server: Any) -> dict[str, str]:
    return {"REDIS_URL": server.url(1), "TEST_REDIS_URL": server.url(2)}


# What the owner of a project with such an answer has running: the fixture, and what names it to the project.
_NEEDED: dict[object, tuple[str, Callable[[Any], dict[str, str]]]] = {
    "postgresql": ("postgresql", _databases),
    "mysql": ("mariadb", _databases),
    "redis": ("redis", _redis),
}


def services_for(answers: Mapping[str, Any], request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables by which a project with these answers finds its servers. The default needs none."""
    needed = [_NEEDED[answer] for answer in answers.values() if answer in _NEEDED]
    return {
        name: value
        for fixture, variables in needed
        for name, value in variables(request.getfixturevalue(fixture)).items()
    }
