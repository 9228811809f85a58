"""The commands that depend on the style of authentication."""

import typer

from app.cli import administrators, jwt_key, services

# What `api setup` says in the end.
FIRST_STEPS = "`uv run api dev`, then open http://127.0.0.1:8000/docs"


def add_commands(cli: typer.Typer) -> None:
    """Add them to the `api` command."""
    users = typer.Typer(no_args_is_help=True, help="Look after accounts.")
    users.command("create-admin")(administrators.create_admin)
    users.command("create-service")(services.create_service)
    users.command("reset-second-factor")(administrators.reset_second_factor)
    cli.add_typer(users, name="user")
    cli.command("jwt-key")(jwt_key.jwt_key)
