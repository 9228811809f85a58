"""A pytest plugin: the servers that tests may ask for, and what happens where one cannot be had."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from databases import MariaDBDatabases, PostgreSQLDatabases
    from private_server import PrivateServer
    from servers import Numbers

Private = TypeVar("Private", bound="PrivateServer")
# What Debian calls each server, and the variable that names one to use instead.
NEEDED = {
    "PostgreSQL": ("postgresql", "BACKSMITH_TEST_POSTGRESQL_URL"),
    "MariaDB": ("mariadb-server", "BACKSMITH_TEST_MYSQL_URL"),
    "Redis": ("redis-server", "BACKSMITH_TEST_REDIS_URL"),
}


class Services:
    """Starts servers, or skips the test that needs one, or fails it when all are required."""

    def __init__(self, *, required: bool) -> None:
        self._required = required

    @contextmanager
    def private(self, kind: type[Private], *, durable: bool = False) -> Iterator[Private]:
        """A new server until the end of the block, to be killed and paused at will."""
        self.need(kind)
        with kind(durable=durable) as server:
            yield server

    def need(self, *kinds: "type[PrivateServer]") -> None:
        """Go on only where servers of these kinds can be started."""
        from private_server import Missing

        for kind in kinds:
            try:
                kind().find()
            except Missing:
                if self._required:
                    pytest.fail(_reason(kind.name), pytrace=False)
                pytest.skip(_reason(kind.name))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-services", action="store_true", help="fail tests whose server is missing, do not skip them"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, and loudly, what was skipped for want of a server. Workers have reported it by then."""
    skips = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    missing = [name for name in NEEDED if any(_reason(name) in skip for skip in skips)]
    if missing:
        count = sum(any(_reason(name) in skip for name in missing) for skip in skips)
        packages = " ".join(NEEDED[name][0] for name in missing)
        wanted = ", ".join(missing)
        text = f"{count} NOT RUN for want of {wanted}: apt-get install {packages}"
        terminalreporter.write_sep("!", text, red=True, bold=True)


def _reason(name: str) -> str:
    package, variable = NEEDED[name]
    return f"no {name} to start here: apt-get install {package}, or name a server in {variable}"


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> Services:
    """Starts servers for tests that kill them."""
    return Services(required=pytestconfig.getoption("require_services"))


@pytest.fixture(scope="session")
def postgresql(services: Services) -> Iterator["PostgreSQLDatabases"]:
    """The PostgreSQL that tests share: make a database of your own."""
    from databases import PostgreSQLDatabases
    from servers import PostgreSQL

    given = os.environ.get(NEEDED["PostgreSQL"][1])
    with closing(PostgreSQLDatabases(given)) if given else services.private(PostgreSQL) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(services: Services) -> Iterator["MariaDBDatabases"]:
    """The MariaDB or MySQL that tests share: make a database of your own."""
    from databases import MariaDBDatabases
    from servers import MariaDB

    given = os.environ.get(NEEDED["MariaDB"][1])
    with closing(MariaDBDatabases(given)) if given else services.private(MariaDB) as server:
        yield server


@pytest.fixture(scope="session")
def redis(services: Services) -> Iterator["Numbers"]:
    """The Redis that tests share: use keys of your own."""
    from servers import Numbers, Redis

    given = os.environ.get(NEEDED["Redis"][1])
    with nullcontext(Numbers(given)) if given else services.private(Redis) as server:
        yield server
