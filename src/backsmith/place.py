"""Writing a project in one move: it is made in a folder beside its place and moved when it is whole."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from backsmith.errors import Refused


def refuse_occupied(target: Path) -> None:
    """Raise Refused unless a project can be put at `target`."""
    if target.is_dir():
        if any(target.iterdir()):
            raise Refused(f"{target} is not empty: choose another folder, or empty it")
    elif target.exists() or target.is_symlink():
        raise Refused(f"{target} is not a folder")


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A folder beside `target`, removed at the end, as is every parent made for it that stayed empty."""
    parents = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Path(mkdtemp(prefix=".backsmith-", dir=target.parent))
    except OSError as error:
        raise Refused(f"cannot write to {target.parent}: {error.strerror}") from error
    try:
        yield room
    finally:
        # A second Ctrl-C must not leave the half that the first one interrupted.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        shutil.rmtree(room, ignore_errors=True)
        for folder in parents:
            with suppress(OSError):
                folder.rmdir()
        signal.signal(signal.SIGINT, before)


def move(project: Path, target: Path) -> None:
    """Put a finished project at `target`: all of it or nothing."""
    if not target.exists():
        project.rename(target)
        return
    # An empty folder that is there already may be somebody's working directory: it is filled, not replaced.
    moved: list[Path] = []
    try:
        for child in sorted(project.iterdir()):
            moved.append(target / child.name)
            child.rename(moved[-1])
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise
