"""The default project, served at once."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import typer
import yaml

from backsmith.creation import Hook, create
from backsmith.errors import Refused
from backsmith.menu import Menu
from backsmith.source import Source

_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
# Recorded by every project of ours, and hardly by another's.
_MARKS = {"_src_path", "project_slug", "email_provider"}


def demo(target: Path, source: Source, host: str, port: int) -> NoReturn:
    """Generate into `target`, or take up the project that is there, and serve it. Does not return."""
    _refuse_taken(host, port)
    if not _is_ours(target):
        create(target, source, Menu(source.menu), {}, ask=False)
    hook = Hook()
    # Every step can be repeated, so a project whose installation was cut off is completed here.
    if status := hook.run(target, git=False):
        sys.exit(status)
    name = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    url = f"http://{name}:{port}"
    typer.echo(f"\nServing {target} until Ctrl-C:\n")
    typer.echo(f"  {url}/docs           the API, to try in the browser")
    typer.echo(f"  {url}/dev/mailbox    the mails it has sent")
    typer.echo(f"  {url}/health/ready   whether it can serve\n")
    sys.stdout.flush()
    _become(
        [*hook.uv, "run", "api", "dev", "--host", host, "--port", str(port)], target, hook.environment, url
    )


def _is_ours(target: Path) -> bool:
    try:
        recorded = yaml.safe_load((target / ".copier-answers.yml").read_bytes())
    except (OSError, yaml.YAMLError):
        return False
    return isinstance(recorded, dict) and _MARKS <= recorded.keys()


def _refuse_taken(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As a server does it: what a server that has just ended left behind does not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Refused(f"cannot listen on {host}:{port}: {error.strerror}; try another --port") from error


def _become(command: list[str], folder: Path, environment: dict[str, str], url: str) -> NoReturn:
    """Turn this process into the server, so that signals reach it and its exit status is ours."""
    environment = {"PUBLIC_URL": url, **environment}
    if os.name == "posix":
        os.chdir(folder)
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is what is meant
    sys.exit(subprocess.run(command, cwd=folder, env=environment, check=False).returncode)
