"""A server of the tests' own: this machine's program, in a temporary folder, on a loopback port."""

import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Self

from guarding import USER, Guarded
from launching import PATIENCE, Crashed

# Where Debian and others keep servers that are not on everybody's PATH.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/local/sbin", "/usr/sbin")
Command = Sequence[str | Path]


class Missing(Exception):
    """This machine has no program to start as that server."""


class PrivateServer(ABC):
    """Ends with the process that started it. A server that is `durable` loses no commit when it is killed."""

    name: ClassVar[str]
    url_at: ClassVar[str]
    address: str

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable
        self.port = 0
        self.folder = Path()
        self._claim: socket.socket | None = None
        self._program: Guarded | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make it and wait until it answers. Raises Missing, or Crashed with the end of its log."""
        self.find()
        try:
            self._claim = _claim_port()
            self.port = self._claim.getsockname()[1]
            self.address = self.url_at.format(port=self.port)
            self.folder = _new_folder()
            for command in self.preparations(self.folder / "data"):
                self._run(command)
            self._launch()
            self.furnish()
        except BaseException:
            self.stop()
            raise

    def kill(self) -> None:
        """Kill all its processes; nothing is shut down. What it had handed to the kernel is not lost."""
        self.running.kill()

    def restart(self) -> None:
        """Start it again on the same port with the same data, killing it first if it runs."""
        self.running.close()
        self._launch()

    def pause(self) -> None:
        """Make it hang: connections are accepted by the kernel, and nothing is answered."""
        self.running.pause()

    def resume(self) -> None:
        """Let it run on after `pause`."""
        self.running.resume()

    def stop(self) -> None:
        """End it and remove all it left."""
        if self._program is not None:
            self._program.close()
            self._program = None
        if self.folder != Path():
            shutil.rmtree(self.folder)
            self.folder = Path()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    @property
    def running(self) -> Guarded:
        """Its processes, killed or not."""
        assert self._program is not None, f"{self.name} was not started"
        return self._program

    @abstractmethod
    def find(self) -> None:
        """Find its programs. Raises Missing."""

    def preparations(self, data: Path) -> Iterator[Command]:
        """What is run once, before the first start, to make the data."""
        yield from ()

    @abstractmethod
    def command(self, data: Path) -> Command:
        """What runs it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does what it is asked, now."""

    def furnish(self) -> None:  # noqa: B027 - not every server needs it
        """Add what tests expect in a new server."""

    def _launch(self) -> None:
        self._program = Guarded(self.command(self.folder / "data"), self.folder, self._log)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if (code := self._program.poll(0.01)) is not None:
                raise Crashed(f"{self.name} ended with exit code {code}\n{self._end_of_log()}")
            if time.monotonic() > deadline:
                raise Crashed(f"{self.name} did not answer in {PATIENCE} seconds\n{self._end_of_log()}")

    def _run(self, command: Command) -> None:
        self._program = Guarded(command, self.folder, self._log)
        code = self._program.poll(PATIENCE)
        self._program.close()
        if code != 0:
            raise Crashed(f"{command[0]} ended with exit code {code}\n{self._end_of_log()}")

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _end_of_log(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-20:])


def find_programs(*names: str) -> list[Path]:
    """The programs of these names, which must lie in one folder. None are found, or all."""
    if sys.platform != "linux":  # where processes are guarded: guardian.py
        return []
    folders = [Path(folder) for folder in os.get_exec_path()]
    for pattern in FOLDERS:
        matches = Path("/").glob(pattern.lstrip("/"))
        folders += sorted(matches, key=_version, reverse=True)
    for folder in folders:
        programs = [shutil.which(name, path=str(folder)) for name in names]
        if all(programs):
            return [Path(program) for program in programs if program]
    return []


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parts if part.isdigit())


def _claim_port() -> socket.socket:
    """A port that is free, and stays so while the server is down.

    It lies below those that Linux gives to outgoing connections. Other tests that look for a port stay off it
    because it is taken at another loopback address, by the socket given here.
    """
    for _ in range(100):
        port = 20000 + secrets.randbelow(10000)
        claim = socket.socket()
        try:
            claim.bind(("127.0.0.2", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
        else:
            return claim
    raise Crashed("none of 100 ports was free")


def _new_folder() -> Path:
    """A folder of the user that the server runs as, in a place which that user can reach and clear away."""
    if not USER:
        return Path(tempfile.mkdtemp(prefix="backsmith-"))
    place = next(place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _is_public(Path(place)))  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="backsmith-", dir=place))
    shutil.chown(folder, USER, None)
    return folder


def _is_public(place: Path) -> bool:
    place = place.resolve()
    passable = all(folder.stat().st_mode & 0o001 for folder in place.parents)
    return passable and place.stat().st_mode & 0o003 == 0o003
