"""`api serve`, `api dev` and `api worker`: what they start."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.worker import Worker
from tests.cli.conftest import Api
from tests.fixtures.environment import SECRET_KEY


class Server:
    """Stands where granian's server does, and serves nothing."""

    started: list[dict[str, Any]]

    def __init__(self, target: str, **options: Any) -> None:
        self.options = {"target": target, **options}

    def serve(self) -> None:
        self.started.append(self.options)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of each server that was started."""
    Server.started = []
    monkeypatch.setattr("granian.server.Server", Server)
    return Server.started


@pytest.fixture
def secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one setting that has no default."""
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)


@pytest.fixture
def production(secret: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least that a server in production needs."""
    monkeypatch.setenv("PUBLIC_URL", "https://api.shop.example")
    monkeypatch.setenv("ALLOW_CONSOLE_EMAIL_IN_PRODUCTION", "true")


def test_a_server_is_started(api: Api, production: None, started: list[dict[str, Any]]) -> None:
    """Each process builds the application; without further ado only this machine reaches it."""
    result = api("serve", "--workers", "2")

    [options] = started
    assert 0 == result.code, result.err
    expected = {"target": "app.asgi:create_app", "factory": True, "address": "127.0.0.1", "workers": 2}
    assert expected == {name: options[name] for name in expected}


def test_it_can_serve_https_itself(
    api: Api, folder: Path, production: None, started: list[dict[str, Any]]
) -> None:
    """With a certificate and its key."""
    for name in ("cert.pem", "key.pem"):
        (folder / name).touch()

    api("serve", "--port", "8443", "--tls-cert", "cert.pem", "--tls-key", "key.pem")

    [options] = started
    assert (8443, Path("cert.pem"), Path("key.pem")) == (
        options["port"],
        options["ssl_cert"],
        options["ssl_key"],
    )


def test_development_needs_no_more_than_a_secret(
    api: Api, secret: None, started: list[dict[str, Any]]
) -> None:
    """It says where to look, and starts again when a file changes."""
    result = api("dev", "--port", "8001")

    [options] = started
    assert (0, 8001, True) == (result.code, options["port"], options["reload"])
    for page in ("http://127.0.0.1:8001/docs", "http://127.0.0.1:8001/dev/mailbox"):
        assert page in result.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--tls-cert", ".env.example"], "--tls-cert and --tls-key come together"),
        (["--tls-key", ".env.example"], "--tls-cert and --tls-key come together"),
        (["--tls-cert", "none.pem", "--tls-key", ".env.example"], "does not exist"),
        (["--tls-cert", ".", "--tls-key", ".env.example"], "is a directory"),
        (["--port", "0"], "should be greater than or equal to 1"),
        (["--port", "65536"], "should be less than or equal to 65535"),
        (["--workers", "0"], "should be greater than or equal to 1"),
        (["--reload"], "No such option"),
    ],
)
def test_wrong_arguments_are_refused(
    api: Api, production: None, started: list[dict[str, Any]], arguments: list[str], why: str
) -> None:
    """With exit code 2 and the reason."""
    result = api("serve", *arguments)

    assert (2, []) == (result.code, started)
    assert why in " ".join(result.err.replace("│", " ").split())


def stop_by(number: signal.Signals) -> Callable[[Worker], Any]:
    """A worker that is told to stop as soon as it runs."""
    run = Worker.run

    async def and_stop(self: Worker) -> None:
        signal.raise_signal(number)
        await run(self)

    return and_stop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_when_told_to(
    api: Api, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """It works though the serving processes do not, and ends with success."""
    api("setup")
    monkeypatch.setenv("WORKER_IN_PROCESS", "false")
    monkeypatch.setattr(Worker, "run", stop_by(number))

    result = api("worker")

    assert 0 == result.code, result.err
    assert result.out.index("started") < result.out.index("stopped")
