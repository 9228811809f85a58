"""The `api` command: run, set up and look after this service."""

import sys

import typer
from alembic.util.exc import CommandError

from app.cli import check, database, inspect, serve, setup, users
from app.settings import SettingsError

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
cli.command("dev")(serve.dev)
cli.command("serve")(serve.serve)
cli.command("worker")(serve.worker)
cli.command("setup")(setup.setup)
cli.command("openapi")(inspect.openapi)
cli.command("routes")(inspect.routes)
cli.command("check")(check.check)
cli.add_typer(database.cli, name="db")
cli.add_typer(users.cli, name="user")


def main() -> None:
    """Run a command. Unusable settings end it with exit code 2, what Alembic refuses with 1; no traceback."""
    try:
        cli()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except CommandError as error:  # an unknown revision, a database that is not up to date
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
