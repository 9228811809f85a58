"""Sites on servers that these tests start, kill and pause. Nobody else's server is touched."""

from collections.abc import Iterator
from shutil import copytree
from typing import Any

import pytest

from faults.backend import Backend, MariaDBBackend, PostgreSQLBackend
from faults.site import Site
from faults.trials import TRIALS
from launching import Crashed, Launcher
from rendering import Renderer
from running import Project, settings_for
from servers import MariaDB, PostgreSQL
from services import Services
from styles import style_of

# What a server's faults do is the same with all other answers.
ANSWERS: dict[str, str] = {}
SETTINGS = {
    "DATABASE_TLS": "none",
    "DATABASE_TIMEOUT_SECONDS": "1",
    "DATABASE_STATEMENT_TIMEOUT_SECONDS": "10",
    "DATABASE_POOL_SIZE": "5",
    "RATE_LIMIT": "1000000/minute",
    "TRUSTED_PROXIES": "127.0.0.1",
    "WORKER_IN_PROCESS": "false",
}


@pytest.fixture(scope="session", params=["PostgreSQL", "MariaDB"])
def backend(request: pytest.FixtureRequest, services: Services) -> Iterator[Backend[Any]]:
    """A server of each kind in turn, which keeps what it confirmed."""
    if request.param == "PostgreSQL":
        with services.private(PostgreSQL, durable=True) as postgresql:
            yield PostgreSQLBackend(postgresql)
    else:
        with services.private(MariaDB, durable=True) as mariadb:
            yield MariaDBBackend(mariadb)


@pytest.fixture(scope="session")
def project(
    backend: Backend[Any], launcher: Launcher, renderer: Renderer, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The project for this kind of server, with the feature of these tests besides."""
    room = tmp_path_factory.mktemp("faults")
    folder = copytree(renderer.render({**ANSWERS, "database": backend.answer}), room / "project")
    for name, text in TRIALS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return Project(launcher, folder, room / "rooms")


@pytest.fixture(scope="session")
def migrated(backend: Backend[Any], project: Project) -> str:
    """The URL of its database, empty, to be copied."""
    url: str = backend.server.new_database()
    command = project.run("db", "upgrade", settings={**settings_for(url), **SETTINGS})
    if command.code:
        raise Crashed(command.errors)
    return url


@pytest.fixture(scope="module")
def stopped(backend: Backend[Any], project: Project, migrated: str) -> Site:
    """The project with a database of its own, not served."""
    url = backend.server.copy_database(migrated)
    for statement in backend.furniture:
        backend.server.execute(statement, url)
    room = project.new_room()
    settings = {**settings_for(url), **SETTINGS, "MAILBOX_DIR": str(room / "mailbox")}
    return Site(backend, project, url, settings, style_of(ANSWERS))


@pytest.fixture(scope="module")
def site(stopped: Site) -> Iterator[Site]:
    """The project, served for the tests of one module."""
    with stopped.serving() as site:
        yield site
