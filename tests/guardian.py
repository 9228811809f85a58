"""Runs one program for a test process and sees to its end, however the test process ends; see guarding.py.

    python -I -S guardian.py PARENT FOLDER USER PROGRAM [ARGUMENT...]

When the program ends, so does whatever it started, and the exit code is printed. At SIGTERM, or when the
process PARENT is gone, all of it ends at once; with PARENT goes the folder.
"""

import ctypes
import os
import pwd
import select
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

# From linux/prctl.h and linux/ipc.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_IPC_RMID = 0


def descendants(ancestor: int) -> list[int]:
    """The processes below one, parents before their children."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        with suppress(OSError, ValueError):
            process = int(entry.name)
            _, parent = state_and_parent(process)
            children.setdefault(parent, []).append(process)
    found = [ancestor]
    for process in found:
        found += children.get(process, [])
    return found[1:]


def state_and_parent(process: int) -> tuple[str, int]:
    """A letter for what a process is doing, and its parent: proc(5). Raises OSError when it is gone."""
    # The field before them is a name in parentheses, which may hold anything.
    fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return fields[0], int(fields[1])


def guard(parent: int, folder: str, user: str, command: list[str]) -> None:
    """Run the command until it ends, then wait for the parent's end."""
    libc = ctypes.CDLL(None)
    # Each process of PostgreSQL leads a session of its own, so no group holds them together. They come here
    # when their parent dies, and are found as descendants.
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if user:
        _become(user)
    try:
        parent_end = os.pidfd_open(parent)
        if os.getppid() == parent:
            program = _start(command, libc)
            select.select([parent_end, os.pidfd_open(program)], [], [])
            code = _end_all(program)
            _remove_shared_memory(folder, libc)
            with suppress(BrokenPipeError):
                os.write(1, f"{code}\n".encode())
            select.select([parent_end], [], [])
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end_all()
        _remove_shared_memory(folder, libc)


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _start(command: list[str], libc: ctypes.CDLL) -> int:
    program = os.fork()
    if not program:
        try:
            os.dup2(2, 1)
            # Should somebody kill the guardian.
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            os.execv(command[0], command)  # noqa: S606 - the script is the program's parent
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
        finally:
            os._exit(127)
    return program


def _end_all(program: int = 0) -> int | None:
    """Kill every descendant; the exit code of the program, if it is among them."""
    code = None
    while True:
        for process in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return code
        if ended == program:
            code = os.waitstatus_to_exitcode(status)


def _remove_shared_memory(folder: str, libc: ctypes.CDLL) -> None:
    """A killed PostgreSQL leaves a segment behind for ever. The seventh line of its lock file names it."""
    with suppress(OSError, IndexError, ValueError):
        lines = Path(folder, "data", "postmaster.pid").read_text().splitlines()
        libc.shmctl(int(lines[6].split()[1]), _IPC_RMID, None)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    guard(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
