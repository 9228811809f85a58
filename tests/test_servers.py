"""The private servers of the tests: they answer, break when asked to, and keep what they promise."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import Databases, MariaDBDatabases
from launching import Crashed
from private_server import Command
from servers import MariaDB, PostgreSQL, Redis
from services import Services

KINDS = (PostgreSQL, MariaDB, Redis)
# To each server the begin of something, which it answers, if only by an error or by closing the connection.
HELLO = b"\0\0\0\x08\x04\xd2\x16\x2f\r\n"
AnyServer = PostgreSQL | MariaDB | Redis


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def server(request: pytest.FixtureRequest, services: Services) -> Iterator[AnyServer]:
    """Each server in turn, one that keeps what it confirmed."""
    with services.private(request.param, durable=True) as server:
        yield server


@pytest.fixture(params=["postgresql", "mariadb"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """The databases of each shared server in turn."""
    given = request.getfixturevalue(request.param)
    assert isinstance(given, Databases)
    return given


def test_killed_server_is_gone_until_it_is_restarted(server: AnyServer) -> None:
    """It comes back at the same address."""
    url = server.url()
    server.kill()
    assert not server.answers()
    server.restart()
    assert server.answers()
    assert url == server.url()


def test_killed_server_keeps_what_it_confirmed(server: AnyServer) -> None:
    """A database does; a cache comes back empty."""
    if isinstance(server, Redis):
        server.execute("SET", "kept", "no")
        server.kill()
        server.restart()
        assert server.execute("GET", "kept") is None
        return
    url = server.new_database()
    server.execute("CREATE TABLE kept (number integer PRIMARY KEY)", url)
    for number in range(10):
        server.execute(f"INSERT INTO kept VALUES ({number})", url)  # noqa: S608
    server.kill()
    server.restart()
    assert [(number,) for number in range(10)] == server.execute("SELECT number FROM kept ORDER BY 1", url)


def test_paused_server_hangs(server: AnyServer) -> None:
    """A connection is made, and nothing comes of it until the server runs on."""
    server.pause()
    try:
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.settimeout(0.2)
            connection.sendall(HELLO)
            with pytest.raises(TimeoutError):
                connection.recv(1)
    finally:
        server.resume()
    assert server.answers()


def test_server_that_fails_shows_its_log(services: Services) -> None:
    """The error holds the last lines, and the folder is gone."""
    redis = _BadRedis()
    with pytest.raises(Crashed, match=r"(?s)Redis ended with exit code 1\n.*no-such-setting"):
        redis.start()
    assert redis.folder == Path()


class _BadRedis(Redis):
    def command(self, data: Path) -> Command:
        return [*super().command(data), "--no-such-setting", "1"]


def test_new_database_is_empty_and_ones_own(databases: Databases) -> None:
    """What is made in one is not seen in another."""
    first, second = databases.new_database(), databases.new_database()
    databases.execute("CREATE TABLE things (id integer)", first)
    assert databases.execute("SELECT * FROM things", first) == []
    databases.execute("CREATE TABLE things (id integer)", second)
    databases.drop(first)
    assert databases.execute("SELECT * FROM things", second) == []


def test_new_database_holds_any_text(databases: Databases) -> None:
    """UTF-8, beyond the basic plane too."""
    url = databases.new_database()
    databases.execute("CREATE TABLE words (word varchar(10))", url)
    databases.execute("INSERT INTO words VALUES ('Grüße 🎉')", url)
    assert [("Grüße 🎉", 7)] == databases.execute("SELECT word, char_length(word) FROM words", url)


def test_copied_database_is_equal_and_apart(databases: Databases) -> None:
    """Tables that point to later ones, computed columns, numbers to come: all is copied."""
    url = databases.new_database()
    for statement in (
        "CREATE TABLE parents (id integer PRIMARY KEY)",
        "CREATE TABLE children (id integer PRIMARY KEY, parent integer REFERENCES parents (id),"
        " twice integer GENERATED ALWAYS AS (id * 2) STORED)",
        "INSERT INTO parents VALUES (0), (1)",
        "INSERT INTO children (id, parent) VALUES (7, 1)",
    ):
        databases.execute(statement, url)
    copy = databases.copy_database(url)
    databases.execute("DELETE FROM children", url)
    assert [(7, 1, 14)] == databases.execute("SELECT * FROM children", copy)
    assert [(0,), (1,)] == databases.execute("SELECT id FROM parents ORDER BY 1", copy)
    with pytest.raises(Exception, match="foreign key"):
        databases.execute("DELETE FROM parents WHERE id = 1", copy)


def test_copy_leaves_nothing_out_silently(mariadb: MariaDBDatabases) -> None:
    """MariaDB's views are not copied, so it says so."""
    url = mariadb.new_database()
    mariadb.execute("CREATE VIEW ones AS SELECT 1", url)
    with pytest.raises(ValueError, match=r"only tables are copied, not .*ones"):
        mariadb.copy_database(url)
