"""Starts programs that end with this process, even when it is killed, and are killed and paused whole."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from guardian import descendants, state_and_parent
from launching import PATIENCE, Crashed

# Servers of databases refuse to run as root.
USER = "nobody" if os.geteuid() == 0 else ""


class Guarded:
    """A program with all that it starts, in `folder`, which goes with it should this process be killed."""

    def __init__(self, command: Sequence[str | Path], folder: Path, log: Path) -> None:
        script = Path(__file__).with_name("guardian.py")
        words = [sys.executable, "-I", "-S", script, str(os.getpid()), folder, USER, *command]
        # Neither variables such as PGPORT nor a developer's language matter to it. TMPDIR is its own, because
        # MariaDB, when it starts, removes the temporary tables of every MariaDB that shares the folder.
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)}
        self._code: int | None = None
        with log.open("ab") as errors:
            self._guardian = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )

    def poll(self, seconds: float = 0.0) -> int | None:
        """The exit code, negative for a signal, or None when it still runs after so many seconds."""
        assert self._guardian.stdout is not None
        if self._code is None and select.select([self._guardian.stdout], [], [], seconds)[0]:
            # Nothing is said by a guardian that was ended itself.
            self._code = int(self._guardian.stdout.readline() or -signal.SIGKILL)
        return self._code

    def kill(self) -> None:
        """Kill all of it, without a warning, and wait until it is gone."""
        self._send(signal.SIGKILL)
        if self.poll(PATIENCE) is None:
            raise Crashed(f"still running {PATIENCE} seconds after it was killed")

    def pause(self) -> None:
        """Stop all of it from running, in the middle of whatever it does."""
        # A signal takes a moment, and what a process starts in that moment is found at the next look.
        while any(_is_running(process) for process in self.processes()):
            self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let all of it run on."""
        self._send(signal.SIGCONT)

    def processes(self) -> list[int]:
        """The ids of its processes; none, when it has ended."""
        return descendants(self._guardian.pid) if self.poll() is None else []

    def close(self) -> None:
        """End it, if it still runs, and the guardian."""
        with self._guardian as guardian:
            guardian.terminate()
            guardian.wait(PATIENCE)

    def _send(self, number: signal.Signals) -> None:
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)


def _is_running(process: int) -> bool:
    try:
        state, _ = state_and_parent(process)
    except OSError:
        return False
    return state not in {"T", "t", "Z", "X"}
