"""Starts `api` commands of rendered projects, waits for them and ends them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

T = TypeVar("T")
PATIENCE = 30.0


class Crashed(Exception):
    """A command ended, or went on, where it should not."""


def eventually(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Look until there is something, and give it. Raises AssertionError when there is nothing in time."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"not seen in {seconds} seconds: {what}"
        time.sleep(0.01)


class Launcher:
    """Starts `api` commands without loading the libraries anew; see launcher.py."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("launcher.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)

    def ask(self, **request: Any) -> Any:
        """Send one request and give the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@dataclass
class Command:
    """An `api` command, running or ended. Its streams are files in `room`."""

    launcher: Launcher
    pid: int
    room: Path
    code: int | None = None

    def poll(self, seconds: float = 0.0) -> int | None:
        """The exit code, negative for a signal, or None when it still runs after so many seconds."""
        if self.code is None:
            self.code = self.launcher.ask(wait=self.pid, seconds=seconds)
        return self.code

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for the end and give the exit code. Raises Crashed when it does not end in time."""
        code = self.poll(seconds)
        if code is None:
            raise Crashed(f"still running after {seconds} seconds\n{self.errors}")
        return code

    def stop(self) -> int:
        """Ask it to end, as a service manager does, and give the exit code."""
        self.terminate()
        return self.wait()

    def terminate(self) -> None:
        """Ask it to end, and do not wait."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and whatever it started, now."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.poll(PATIENCE)

    @property
    def output(self) -> str:
        """What it wrote to standard output so far."""
        return (self.room / "stdout").read_text("utf-8")

    @property
    def errors(self) -> str:
        """What it wrote to standard error so far."""
        return (self.room / "stderr").read_text("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Its log lines so far. Whatever else it printed, such as mails, is left out."""
        whole = self.output.rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
