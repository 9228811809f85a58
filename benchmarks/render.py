"""What a render costs: Copier's API, Copier's command, and the renderer of our own tests."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from copier import run_copy

from measure import headline
from project import copied_template, load

ROUNDS = 5


def measure(render: Callable[[Path], object], room: Path) -> tuple[float, float]:
    """Wall and CPU seconds of the round with the least CPU, child processes included."""
    taken = []
    for number in range(ROUNDS):
        start, used = time.perf_counter(), _cpu()
        render(room / str(number))
        taken.append((_cpu() - used, time.perf_counter() - start))
    cpu, wall = min(taken)
    return wall, cpu


def _cpu() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def main(room: Path) -> None:
    """Measure and print."""
    template = copied_template(room / "template")
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(template)]
    ways: dict[str, Callable[[Path], object]] = {
        "Copier's API": lambda to: run_copy(str(template), to, defaults=True, quiet=True),
        "Copier's command": lambda to: subprocess.run([*command, str(to)], check=True),
        # Last, because it makes Copier faster for the rest of this process.
        "the tests' renderer": lambda to: load("rendering:Renderer")(template, room).render_into(to, {}),
    }
    costs = {name: measure(render, room / str(number)) for number, (name, render) in enumerate(ways.items())}
    files = sum(path.is_file() for path in (room / "0" / "0").rglob("*"))
    headline(f"render: the default project, {files} files")
    base = costs["Copier's API"][1]
    print(f"{'':24}{'seconds':>9}{'CPU s':>9}{'ratio':>9}")
    for name, (wall, cpu) in costs.items():
        print(f"{name:24}{wall:9.2f}{cpu:9.2f}{cpu / base:9.2f}")


if __name__ == "__main__":
    with TemporaryDirectory(prefix="backsmith-benchmark-") as temporary:
        main(Path(temporary))
