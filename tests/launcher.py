"""Runs `api` commands of rendered projects in forks of a process that has loaded the libraries already.

Loading them takes ten times as long as starting a project. `launching.Launcher` starts this once, sends one
JSON request a line and reads one answer a line; at the end of the requests, whatever still runs is killed.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

# What takes long to import. A library that is missing here, or not installed, costs time and nothing else.
HEAVY = (
    "aiosmtplib",
    "aiosqlite",
    "alembic.command",
    "asyncmy",
    "asyncpg",
    "email_validator",
    "fastapi.openapi.docs",
    "fastapi.security",
    "fastapi_offline",
    "granian.server",
    "granian.utils.proxies",
    "jinja2",
    "joserfc.jwt",
    "orjson",
    "pwdlib.hashers.argon2",
    "pydantic_settings",
    "redis.asyncio",
    "sqlalchemy.dialects.mysql.asyncmy",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.ext.asyncio",
    "starlette.staticfiles",
    "structlog",
    "typer",
    "uvloop",
)


def serve_requests() -> dict[str, Any] | None:
    """Answer requests until they end. In a fork it returns the command to run."""
    children: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = _wait(request["wait"], request["seconds"], children)
        else:
            child = os.fork()
            if not child:
                return dict(request)
            _lead_a_group(child)
            children.add(child)
            answer = child
        print(json.dumps(answer), flush=True)
    for child in children:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return None


def _lead_a_group(process: int) -> None:
    """Let a process and what it starts be killed together. Both sides call it: the first one is enough."""
    with suppress(OSError):
        os.setpgid(process, process)


def _wait(child: int, seconds: float, children: set[int]) -> int | None:
    """The exit code of a child, negative for a signal, or None when it still runs after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            children.discard(child)
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.005)


def become(command: dict[str, Any]) -> None:
    """Turn this process into one that was started for the command alone."""
    _lead_a_group(os.getpid())
    for descriptor, file in enumerate(command["streams"]):
        opened = os.open(file, os.O_WRONLY | os.O_APPEND if descriptor else os.O_RDONLY)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["project"])
    sys.path[0] = command["project"]
    sys.argv = ["api", *command["arguments"]]


if __name__ == "__main__":
    for library in HEAVY:
        with suppress(ImportError):
            import_module(library)
    if command := serve_requests():
        become(command)
        import_module("app.cli").main()
