"""At the start the database may be down, or not the right one."""

import time
from collections.abc import Iterator

import pytest

from faults.site import Site
from launching import eventually
from running import settings_for

COMMANDS = {"serve": ("serve",), "upgrade": ("db", "upgrade")}


@pytest.fixture
def down(stopped: Site) -> Iterator[Site]:
    """The server is down until the end of the test."""
    stopped.backend.server.kill()
    try:
        yield stopped
    finally:
        stopped.backend.server.restart()


def test_start_waits_for_the_server(down: Site) -> None:
    """It says so once, and serves when the server is there."""
    with down.project.serve(settings=down.settings, awaited=False) as server:
        eventually(
            lambda: any("waiting_for_database" in line["event"] for line in server.lines()), "its word"
        )
        assert not server.is_ready()
        down.backend.server.restart()
        eventually(server.is_ready, "a server that is ready")
        assert ["waiting_for_database", "started"] == [
            line["event"] for line in server.lines() if line["event"] != "request"
        ]


@pytest.mark.parametrize("command", COMMANDS)
def test_start_gives_up(down: Site, command: str) -> None:
    """With one line that says where the server is not, and not the password."""
    address = down.url.replace("@", ":s3cret@")
    ended = down.project.run(
        *COMMANDS[command],
        settings={**down.settings, **settings_for(address), "DATABASE_START_SECONDS": "1"},
    )
    assert 2 == ended.code, ended.errors
    (line,) = ended.errors.splitlines()
    assert line.startswith("DATABASE_URL: no connection in 1 seconds to ")
    assert f"127.0.0.1:{down.backend.server.port}/" in line
    assert "Connect call failed" in line
    assert "s3cret" not in ended.errors + ended.output


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("wrong", ["database", "user"])
def test_wrong_address_is_told_at_once(stopped: Site, command: str, wrong: str) -> None:
    """Waiting would not help."""
    url = f"{stopped.url}_absent" if wrong == "database" else stopped.url.replace("//", "//nobody_", 1)
    ended = stopped.project.run(*COMMANDS[command], settings={**stopped.settings, **settings_for(url)})
    assert 2 == ended.code, ended.errors
    (line,) = ended.errors.splitlines()
    assert line.startswith("DATABASE_URL: no connection to ")
    assert ("_absent" if wrong == "database" else "nobody_") in line
    assert "waiting_for_database" not in ended.output


@pytest.mark.parametrize("command", COMMANDS)
def test_start_gives_up_on_a_server_that_hangs(stopped: Site, command: str) -> None:
    """It is not waited for without end, though a migration may take what it takes."""
    stopped.backend.server.pause()
    start = time.monotonic()
    try:
        ended = stopped.project.run(
            *COMMANDS[command], settings={**stopped.settings, "DATABASE_START_SECONDS": "1"}
        )
    finally:
        stopped.backend.server.resume()
    assert time.monotonic() - start < 10
    assert 2 == ended.code, ended.errors
    (line,) = ended.errors.splitlines()
    assert line.startswith("DATABASE_URL: no connection in 1 seconds to ")
