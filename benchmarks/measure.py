"""Calls ASGI apps in this process, in turns, and compares the CPU time they take."""

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import uvloop

from project import HOST

ASGIApp = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Call:
    """One GET request to one app."""

    app: ASGIApp
    path: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(self) -> tuple[int, bytes]:
        """Send the request as an HTTPS proxy passes it on; give status and body."""
        status, body = 0, b""
        path, _, query = self.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", HOST.encode()),
                (b"user-agent", b"benchmark/1.0"),
                (b"accept", b"application/json"),
                *self.headers,
            ],
            "client": ("192.0.2.1", 50000),
            "server": (HOST, 443),
            "state": {},
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                body += message.get("body", b"")

        await self.app(scope, receive, send)
        return status, body


@dataclass(frozen=True)
class Cost:
    """CPU microseconds of one request, in each round."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The round that others on this machine disturbed least."""
        return min(self.rounds)

    def over(self, base: "Cost") -> tuple[float, float]:
        """The ratio of the best rounds, and the median of the ratios round by round."""
        pairs = zip(self.rounds, base.rounds, strict=True)
        return self.best / base.best, median(mine / other for mine, other in pairs)


async def compare(calls: Mapping[str, Call], *, rounds: int, requests: int) -> dict[str, Cost]:
    """Let the calls take turns, `requests` each, for so many rounds. Each must answer 200."""
    for name, call in calls.items():
        for _ in range(requests):
            status, body = await call()
            if status != 200:
                raise SystemExit(f"{name} answered {status}: {body.decode()}")
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(requests):
                await call()
            taken[name].append((time.process_time() - start) / requests * 1e6)
    return {name: Cost(tuple(times)) for name, times in taken.items()}


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop, as the server does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def headline(what: str) -> None:
    """Say what was measured, where and when."""
    print(f"{what}\n{datetime.now(UTC):%Y-%m-%d}, CPython {platform.python_version()}, {_processor()}\n")


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            name = next(line.partition(": ")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{os.cpu_count()} × {name}"
