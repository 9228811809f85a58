"""What a start costs: importing and making the app, and from the start of the server to the first answer."""

import asyncio
import subprocess
import sys
import time
from argparse import ArgumentParser
from statistics import median

import over_http
from measure import headline, run
from project import DATABASES, HOST, Project, rendered_project
from read import ROUTE, prepare

ROUNDS, MOST = 9, 1.3
APPS = {"bare": "bare_read", "generated": "app.asgi"}
# FastAPI itself loads a part at the first route, which the bare app adds only as it is made.
MAKE = """
import importlib, os, sys, time
start = time.perf_counter()
importlib.import_module(sys.argv[1]).create_app()
os.write(1, str(time.perf_counter() - start).encode())
"""


def making_seconds(module: str) -> float:
    """How long a new process takes to import and to make the app, which is compiled already."""
    command = [sys.executable, "-c", MAKE, module]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def answer_seconds(module: str, question: bytes) -> float:
    """How long a new server takes to answer an authenticated request for rows."""
    start = time.perf_counter()
    with over_http.served(f"{module}:create_app") as (port, _):
        await over_http.wait_for(port, question)
        return time.perf_counter() - start


async def main(project: Project, database: str) -> None:
    """Measure and print. Exits with 1 where the generated app is slower than it may be."""
    app, token = await prepare(project)
    await app.state.database.close()
    question = over_http.request(ROUTE, [f"Host: {HOST}", f"Authorization: Bearer {token}"])
    headline(
        f"start: import and create_app(), and the first 200 of GET {ROUTE} on {database}, served by granian"
    )
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in APPS}
    for number in range(ROUNDS + 1):
        for name, module in APPS.items():
            both = await asyncio.to_thread(making_seconds, module), await answer_seconds(module, question)
            if number:  # the first round compiles
                taken[name].append(both)
    failed = False
    for what, index in (("making", 0), ("first answer", 1)):
        seconds = {name: [both[index] for both in rounds] for name, rounds in taken.items()}
        for name, times in seconds.items():
            print(f"{what:14}{name:12}{median(times):6.3f} s ({min(times):.3f} to {max(times):.3f})")
        ratio = median(ours / bare for bare, ours in zip(*seconds.values(), strict=True))
        best = min(seconds["generated"]) / min(seconds["bare"])
        failed |= ratio > MOST
        print(f"{what:14}{ratio:.2f} times the bare app's (best rounds {best:.2f}); at most {MOST}\n")
    raise SystemExit(failed)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    chosen = parser.parse_args().database
    with rendered_project(chosen) as rendered:
        run(main(rendered, chosen))
