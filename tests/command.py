"""The `backsmith` command as its users run it: another process, perhaps at a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import yaml

COMMAND = [sys.executable, "-m", "backsmith"]
PATIENCE_SECONDS = 60
BARE = ["--no-install", "--no-git"]

# Stands for uv, which would need the network and half a minute to install. It leaves the files that the steps
# leave; with UV_RUNS it runs the project's own commands, in this environment, which holds all they need.
# UV_BREAKS names what is to fail, UV_INTERRUPTS what Ctrl-C is to hit.
FAKE_UV = f"""#!/bin/sh
echo "uv $*" >> "$UV_LOG"
case "$*" in
  "$UV_BREAKS"*) echo "uv is broken" >&2; exit 3 ;;
  "$UV_INTERRUPTS"*) kill -INT $PPID; exec sleep 60 ;;
  sync) echo lock > uv.lock; mkdir -p .venv ;;
  "run api setup") test "$UV_RUNS" || echo made | tee .env > openapi.json ;;
esac
case "$UV_RUNS $*" in
  everything\\ run*) shift 2; exec {sys.executable} -c 'from app.cli import main; main()' "$@" ;;
esac
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines it printed on stderr."""
        return self.err.strip().splitlines()


def environment(template: Path, folder: Path, **changes: str) -> dict[str, str]:
    """The variables to run the command with: this template, and a stand-in for uv."""
    tools = folder.parent / f"{folder.name}-tools"
    tools.mkdir(exist_ok=True)
    (tools / "uv").write_text(FAKE_UV)
    (tools / "uv").chmod(0o755)
    ours = {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "BACKSMITH_TEMPLATE": str(template),
        "UV_LOG": str(tools / "log"),
        "UV_BREAKS": "nothing",
        "UV_INTERRUPTS": "nothing",
        "UV_RUNS": "",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "TERM": "xterm",
    }
    return {**os.environ, **ours, **changes}


def answers(project: Path) -> dict[str, object]:
    """What a project records."""
    return dict(yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8")))


def run(arguments: list[str], folder: Path, variables: Mapping[str, str]) -> Done:
    """Run the command in `folder`, with nobody at the keyboard."""
    command = [*COMMAND, *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Terminal:
    """The command at a terminal: read what it shows, type what a person would."""

    def __init__(self, arguments: list[str], folder: Path, variables: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=variables,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - there are no threads here
        )
        os.close(theirs)
        self.shown = ""

    def expect(self, text: str) -> None:
        """Wait until `text` is shown, after what was waited for before."""
        end = monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            missing = monotonic() > end or not self._read()
            assert not missing, f"{text!r} never came; shown: {self.shown!r}"
        self.shown = self.shown.partition(text)[2]

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait for the end of the command; its exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(PATIENCE_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE_SECONDS)
        try:
            data = os.read(self._ours, 65536) if ready else b""
        except OSError:  # Linux's way to say that the other side has closed
            data = b""
        self.shown += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", data.decode("utf-8", "replace"))
        return bool(data)


def _take_terminal() -> None:
    # Makes stdin the controlling terminal, so that Ctrl-C there becomes a signal.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
