"""Runs rendered projects as real processes: commands to their end, servers until they are stopped."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from shutil import copyfile
from ssl import SSLContext

from launching import PATIENCE, Command, Crashed, Launcher, eventually

SECRET_KEY = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"


@dataclass
class Server(Command):
    """A running `api serve`, reached at a loopback port."""

    port: int = 0
    tls: SSLContext | None = None

    def connect(self) -> HTTPConnection:
        """A new connection."""
        if self.tls is not None:
            return HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.tls)
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def is_ready(self) -> bool:
        """Whether it takes requests. Raises Crashed when it has ended."""
        if self.poll() is not None:
            raise Crashed(f"ended with exit code {self.code} before it was ready\n{self.output}{self.errors}")
        try:
            connection = self.connect()
            connection.request("GET", "/health/live")
            connection.getresponse().read()
            connection.close()
        except (OSError, HTTPException):
            return False
        return True


@dataclass
class Project:
    """A rendered project, and room for what comes of running it."""

    launcher: Launcher
    path: Path
    room: Path
    _rooms: int = 0

    def start(self, *arguments: str, settings: Mapping[str, str], typed: str = "") -> Command:
        """Start `api ARGUMENTS` with these settings, and no others."""
        room = self.new_room()
        return Command(self.launcher, self._fork(room, arguments, settings, typed), room)

    def run(self, *arguments: str, settings: Mapping[str, str], typed: str = "") -> Command:
        """Run `api ARGUMENTS` to its end."""
        command = self.start(*arguments, settings=settings, typed=typed)
        command.wait()
        return command

    @contextmanager
    def serve(
        self,
        *arguments: str,
        settings: Mapping[str, str],
        command: str = "serve",
        tls: SSLContext | None = None,
        patience: float = PATIENCE,
        awaited: bool = True,
    ) -> Iterator[Server]:
        """Serve on a free port until the end of the block, which begins when it is ready if that is awaited.

        Raises Crashed when it does not start or stop well, AssertionError when it is not ready in time.
        """
        room = self.new_room()
        with _free_port() as port:
            words = (command, "--port", str(port), *arguments)
            server = Server(self.launcher, self._fork(room, words, settings), room, port=port, tls=tls)
            try:
                if awaited:
                    eventually(server.is_ready, "a server that is ready", patience)
                yield server
                if server.code is None and (code := server.stop()):
                    raise Crashed(f"stopped with exit code {code}\n{server.errors}")
            finally:
                server.kill()

    def migrated_database(self) -> Path:
        """A database with all migrations applied, to be copied."""
        database = self.new_room() / "migrated.db"
        command = self.run("db", "upgrade", settings=settings_for(database))
        if command.code:
            raise Crashed(command.errors)
        return database

    def new_room(self) -> Path:
        """A folder for one process."""
        self._rooms += 1
        room = self.room / str(self._rooms)
        room.mkdir(parents=True)
        return room

    def _fork(
        self, room: Path, arguments: Sequence[str], settings: Mapping[str, str], typed: str = ""
    ) -> int:
        streams = [room / name for name in ("stdin", "stdout", "stderr")]
        for stream in streams:
            stream.write_text(typed if stream.name == "stdin" else "")
        pid: int = self.launcher.ask(
            project=str(self.path),
            arguments=arguments,
            environment={"PATH": os.environ["PATH"], **settings},
            streams=[str(stream) for stream in streams],
        )
        return pid


def settings_for(database: Path | str) -> dict[str, str]:
    """The least settings a project runs with, on this database: a URL, or the file of SQLite."""
    url = database if isinstance(database, str) else f"sqlite+aiosqlite:///{database}"
    return {"ENVIRONMENT": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": url}


def copy_database(source: Path, target: Path) -> Path:
    """Copy a database that nobody has open."""
    copyfile(source, target)
    return target


@contextmanager
def _free_port() -> Iterator[int]:
    """A free loopback port that nobody else gets meanwhile."""
    with socket.socket() as hold:
        if sys.platform == "linux":
            # The server binds with SO_REUSEPORT, so it can have the port of this socket, which never listens.
            # Were the port only free for the moment, two servers could come to share it without a word.
            hold.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        hold.bind(("127.0.0.1", 0))
        port: int = hold.getsockname()[1]
        if sys.platform != "linux":
            hold.close()
        yield port
