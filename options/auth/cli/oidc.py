"""The commands that depend on the style of authentication."""

import typer

from app.cli import services

# What `api setup` says in the end.
FIRST_STEPS = "name your provider in .env (OIDC_…), then `uv run api dev` and open http://127.0.0.1:8000/docs"


def add_commands(cli: typer.Typer) -> None:
    """Add them to the `api` command."""
    users = typer.Typer(help="Look after accounts.")
    users.callback()(lambda: None)  # a group, though it has one command
    users.command("create-service")(services.create_service)
    cli.add_typer(users, name="user")
