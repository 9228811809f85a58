"""Serves apps with granian, one process each with the same options, and measures them in turns."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from project import load

CONNECTIONS, REQUESTS, ROUNDS, PATIENCE = 32, 1024, 7, 30.0
OPTIONS = ("--interface", "asgi", "--factory", "--loop", "uvloop", "--http", "1", "--no-ws", "--workers", "1")


@dataclass
class Served:
    """What each round showed: requests a second, and CPU microseconds of a request in the app's process."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def over(self, other: "Served") -> list[float]:
        """How many times as many requests a second, round by round."""
        return [mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True)]

    def __str__(self) -> str:
        rates = f"{median(self.rates):7.0f} requests/s ({min(self.rates):.0f} to {max(self.rates):.0f})"
        return f"{rates:40}{median(self.cpu):7.0f} CPU µs a request"


async def compare(factories: Mapping[str, str], path: str, headers: Iterable[str]) -> dict[str, Served]:
    """Measure each `module:factory`, in rounds that take turns."""
    question = request(path, headers)
    seen = {name: Served() for name in factories}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(served(factory)) for name, factory in factories.items()}
        for port, _ in servers.values():
            await wait_for(port, question)
        for number in range(ROUNDS + 1):
            for name, (port, server) in servers.items():
                start, used = time.perf_counter(), _cpu(server)
                await asyncio.gather(*(_client(port, question) for _ in range(CONNECTIONS)))
                if number:  # the first round warms up
                    seen[name].rates.append(REQUESTS / (time.perf_counter() - start))
                    seen[name].cpu.append((_cpu(server) - used) / REQUESTS * 1e6)
    return seen


def request(path: str, headers: Iterable[str]) -> bytes:
    """A GET request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", *headers, "", ""]).encode()


@contextmanager
def served(factory: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Serve `module:factory` on a free port."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", *OPTIONS, "--port", str(port), factory]
    # No TLS and no proxy here. Log lines are written, to nowhere.
    environment = os.environ | {"REQUIRE_HTTPS": "false"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as server:
        try:
            yield port, server
        finally:
            server.terminate()


async def wait_for(port: int, question: bytes) -> None:
    """Ask until there is an answer."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.005)
        else:
            await _ask(reader, writer, question)
            writer.close()
            return


async def _client(port: int, question: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(REQUESTS // CONNECTIONS):
        await _ask(reader, writer, question)
    writer.close()
    await writer.wait_closed()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: bytes) -> None:
    writer.write(question)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"{head.decode()}{body.decode()}")


def _cpu(server: "subprocess.Popen[bytes]") -> float:
    """CPU seconds of a server and its worker: proc(5), and sched-stats.rst of Linux."""
    processes = load("guardian:descendants")(server.pid)
    threads = (thread for process in processes for thread in Path(f"/proc/{process}/task").iterdir())
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
