"""What the tests start as a server is what a user starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from launching import Crashed, Launcher
from running import Project, copy_database, settings_for

SERVE = "from app.cli import main; main()"


@pytest.fixture(scope="module")
def project(launcher: Launcher, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default project."""
    room = tmp_path_factory.mktemp("running")
    return Project(launcher, copytree(rendered, room / "project"), room / "rooms")


def test_server_serves_logs_and_stops(project: Project) -> None:
    """It answers, its log lines can be read, and it ends with 0 when it is asked to."""
    with project.serve(settings=settings_for(project.migrated_database())) as server:
        connection = server.connect()
        connection.request("GET", "/health/ready")
        assert connection.getresponse().status == 200
        connection.close()
    assert server.code == 0
    assert [line["event"] for line in server.lines()][::3] == ["started", "stopped"]
    assert server.errors == ""


def test_started_without_the_launcher_it_is_the_same(project: Project) -> None:
    """A fork of the launcher and a process of its own log the same and end the same."""
    database = project.migrated_database()
    with project.serve(settings=settings_for(database)) as server:
        pass
    own = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--port", str(server.port)],
        cwd=project.path,
        env={
            **settings_for(copy_database(database, database.with_name("own.db"))),
            "PYTHONPATH": str(project.path),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    with own:
        assert own.stdout is not None
        started = own.stdout.readline()
        own.send_signal(signal.SIGTERM)
        rest = own.stdout.read()
    assert own.returncode == server.code == 0
    assert '"event":"started"' in started
    assert '"event":"stopped"' in rest


def test_server_that_ends_at_once_is_told(project: Project) -> None:
    """With what it said."""
    with pytest.raises(Crashed, match="SECRET_KEY: is missing"), project.serve(settings={}):
        pass


def test_nothing_outlives_the_launcher(rendered: Path, tmp_path: Path) -> None:
    """Whatever still runs is killed with it."""
    settings = settings_for(tmp_path / "none.db")
    with Launcher() as launcher:
        worker = Project(launcher, rendered, tmp_path / "rooms").start("worker", settings=settings)
        assert worker.poll() is None
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
