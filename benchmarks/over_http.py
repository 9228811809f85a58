"""Serves apps with granian, one process each with the same options, and compares their requests a second."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

CONNECTIONS, REQUESTS, ROUNDS, PATIENCE = 8, 25, 5, 30.0
OPTIONS = ("--interface", "asgi", "--factory", "--loop", "uvloop", "--http", "1", "--no-ws", "--workers", "1")


async def compare(factories: Mapping[str, str], path: str, headers: Iterable[str]) -> dict[str, list[float]]:
    """Requests a second of each `module:factory`, in rounds that take turns."""
    request = "\r\n".join([f"GET {path} HTTP/1.1", *headers, "", ""]).encode()
    rates: dict[str, list[float]] = {name: [] for name in factories}
    with _served(factories.values()) as ports:
        await asyncio.gather(*map(_wait_for, ports))
        for _ in range(ROUNDS + 1):
            for name, port in zip(factories, ports, strict=True):
                start = time.perf_counter()
                await asyncio.gather(*(_client(port, request) for _ in range(CONNECTIONS)))
                rates[name].append(CONNECTIONS * REQUESTS / (time.perf_counter() - start))
    return {name: rate[1:] for name, rate in rates.items()}  # the first round warms up


@contextmanager
def _served(factories: Iterable[str]) -> Iterator[list[int]]:
    # No TLS and no proxy here. Log lines are written, to nowhere.
    environment = os.environ | {"REQUIRE_HTTPS": "false"}
    with ExitStack() as servers:
        ports = []
        for factory in factories:
            ports.append(_free_port())
            command = [sys.executable, "-m", "granian", *OPTIONS, "--port", str(ports[-1]), factory]
            server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
            servers.enter_context(server)
            servers.callback(server.terminate)
        yield ports


async def _client(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(REQUESTS):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"{head.decode()}{body.decode()}")
    writer.close()
    await writer.wait_closed()


async def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
