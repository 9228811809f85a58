"""What becomes of servers when a run of tests ends, however it ends, and of a run that lacks a server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from databases import PostgreSQLDatabases, name_in
from launching import eventually
from servers import MariaDB, Numbers, PostgreSQL, Redis
from services import NEEDED, Services

KINDS = (PostgreSQL, MariaDB, Redis)
TESTS = Path(__file__).parent
PLUGIN = 'pytest_plugins = ("services",)\n'
# Hides the servers of this machine.
BARE = "import private_server\n\nprivate_server.FOLDERS = ()\n"
USERS = """
from servers import MariaDB


def test_database(postgresql):
    print("made", postgresql.new_database())


def test_cache(redis):
    print("cache", redis.url(3))


def test_the_same_cache(redis):
    print("cache", redis.url(4))


def test_server_to_kill(services):
    with services.private(MariaDB) as server:
        server.kill()
"""
# Is killed while it runs.
LONG = """
import json, os, time
from pathlib import Path
from servers import MariaDB, PostgreSQL, Redis
from test_services import traces_of


def test_for_long(services):
    private = services.private
    with private(PostgreSQL) as one, private(MariaDB) as two, private(Redis) as three:
        Path("traces").write_text(json.dumps([traces_of(server) for server in (one, two, three)]))
        one.pause()
        two.kill()
        os.rename("traces", "traces.json")
        time.sleep(60)
"""


@pytest.mark.parametrize(("kind", "fault"), [(PostgreSQL, "kill"), (MariaDB, "pause"), (Redis, "resume")])
def test_nothing_is_left_after_the_block(
    kind: type[PostgreSQL | MariaDB | Redis], fault: str, services: Services
) -> None:
    """Processes, folder and shared memory go, whatever state the server is in."""
    with services.private(kind) as server:
        traces = traces_of(server)
        getattr(server, fault)()
    assert not are_left(traces)


def test_nothing_is_left_of_a_run_that_is_killed(services: Services, tmp_path: Path) -> None:
    """Although its process can clean up nothing."""
    services.need(*KINDS)
    with _start_pytest(tmp_path, PLUGIN, LONG, "-n", "0") as run:
        try:
            eventually((tmp_path / "traces.json").exists, "three servers")
        finally:
            run.kill()
    traces = json.loads((tmp_path / "traces.json").read_text())
    assert 3 == len(traces)
    eventually(lambda: not any(are_left(each) for each in traces), "the end of the servers")


def test_missing_servers_skip_and_are_told_once(tmp_path: Path) -> None:
    """In one line, by whichever worker they were missed."""
    code, output = _run_pytest(tmp_path, BARE + PLUGIN, "-n", "2")
    line = (
        " 4 NOT RUN for want of PostgreSQL, MariaDB, Redis: "
        "apt-get install postgresql mariadb-server redis-server "
    )
    assert (0, 1) == (code, output.count("NOT RUN")), output
    assert line in output
    assert "4 skipped" in output


def test_missing_servers_fail_where_they_are_required(tmp_path: Path) -> None:
    """So that a run that is meant to be complete is."""
    code, output = _run_pytest(tmp_path, BARE + PLUGIN, "-n", "0", "--require-services")
    assert code == 1, output
    assert "1 failed, 3 errors" in output
    for name, (package, variable) in NEEDED.items():
        reason = f"no {name} to start here: apt-get install {package}, or name a server in {variable}"
        assert reason in output


def test_given_servers_are_used(postgresql: PostgreSQLDatabases, redis: Numbers, tmp_path: Path) -> None:
    """They are left running, without the databases that were made; what is killed is still one's own."""
    given = {NEEDED["PostgreSQL"][1]: postgresql.url(), NEEDED["Redis"][1]: redis.url()}
    code, output = _run_pytest(tmp_path, BARE + PLUGIN, "-n", "0", "-s", given=given)
    assert code == 0, output
    assert "3 passed, 1 skipped" in output
    assert f"cache {redis.url(3)}\n" in output
    made = output.partition("made ")[2].split()[0]
    assert made.startswith(postgresql.url("test_"))
    assert [] == postgresql.execute(f"SELECT 1 FROM pg_database WHERE datname = '{name_in(made)}'")  # noqa: S608


def traces_of(server: PostgreSQL | MariaDB | Redis) -> dict[str, Any]:
    """What a running server has on this machine."""
    lock = server.folder / "data" / "postmaster.pid"
    segment = lock.read_text().splitlines()[6].split()[1] if isinstance(server, PostgreSQL) else None
    return {"processes": server.running.processes(), "folder": str(server.folder), "segment": segment}


def are_left(traces: dict[str, Any]) -> bool:
    """Whether anything of it is still there."""
    assert traces["processes"]
    segments = [line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()]
    return (
        any(Path(f"/proc/{process}").exists() for process in traces["processes"])
        or Path(traces["folder"]).exists()
        or traces["segment"] in segments
    )


def _run_pytest(
    folder: Path, conftest: str, *options: str, given: dict[str, str] | None = None
) -> tuple[int, str]:
    with _start_pytest(folder, conftest, USERS, *options, given=given or {}) as run:
        output, _ = run.communicate(timeout=60)
    return run.returncode, output


def _start_pytest(
    folder: Path, conftest: str, tests: str, *options: str, given: dict[str, str] | None = None
) -> "subprocess.Popen[str]":
    (folder / "conftest.py").write_text(conftest)
    (folder / "test_it.py").write_text(tests)
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={"PATH": os.defpath if conftest == PLUGIN else "", "PYTHONPATH": str(TESTS), **(given or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
