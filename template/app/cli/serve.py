"""Serve requests, or run the worker apart from them."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.settings import Environment, Settings, SettingsError, load

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def dev(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    reload: Annotated[bool, typer.Option(help="Restart when a file changes.")] = True,
) -> None:
    """Serve on this machine, with documentation at /docs and sent mails at /dev/mailbox."""
    if not os.environ.get("ENVIRONMENT"):
        os.environ["ENVIRONMENT"] = Environment.DEVELOPMENT
    _check_settings()
    typer.echo(f"Documentation http://{host}:{port}/docs\nMailbox       http://{host}:{port}/dev/mailbox")
    _run(host, port, reload=reload, reload_paths=[Path("app")])


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes.")] = 1,
    tls_cert: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Serve HTTPS with this.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Its private key.")
    ] = None,
) -> None:
    """Serve in production."""
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key come together")
    _check_settings()
    _run(host, port, workers=workers, ssl_cert=tls_cert, ssl_key=tls_key)


def worker() -> None:
    """Send mail and do the housekeeping; set WORKER_IN_PROCESS=false for the processes that serve."""
    _check_settings()
    asyncio.run(_work())


def _check_settings() -> None:
    """Refuse bad settings here, in one line each, rather than in every server process."""
    from app import discovery
    from app.db.engine import DatabaseSettings, create_engine
    from app.db.startup import wait_for_database
    from app.email.provider import open_provider
    from app.logs import configure_logs
    from app.shared_store import open_shared_store

    settings = load(Settings)
    open_provider(settings)
    open_shared_store(settings)
    database = load(DatabaseSettings)
    for kind in discovery.settings_classes():
        load(kind)
    if unknown := discovery.unknown_settings():
        raise SettingsError("\n".join(unknown))
    # Begin when the database does, rather than answer 503 until then.
    configure_logs(settings)
    asyncio.run(wait_for_database(create_engine(database), database.database_start_seconds))


def _run(host: str, port: int, **options: Any) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "app.asgi:create_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        # HTTP/2 connections that stay open can hold up the stop (granian issue 611).
        http=HTTPModes.http1,
        # Longer than the worker may need for the mail at hand (SMTP_TIMEOUT_SECONDS).
        workers_kill_timeout=30,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        websockets=False,
        **options,
    ).serve()


async def _work() -> None:
    from app.main import create_app

    app = create_app(load(Settings, worker_in_process=True))
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    async with app.router.lifespan_context(app):
        await stop.wait()
    sys.stdout.flush()
