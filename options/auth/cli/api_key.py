"""The commands that depend on the style of authentication."""

import typer

from app.cli import services

# What `api setup` says in the end.
FIRST_STEPS = """`uv run api dev`. The first key is shown once; it makes all others:

    KEY=$(uv run api user create-service operator --admin --every-scope)
    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000/api/v1/users/me"""


def add_commands(cli: typer.Typer) -> None:
    """Add them to the `api` command."""
    users = typer.Typer(help="Look after accounts.")
    users.callback()(lambda: None)  # a group, though it has one command
    users.command("create-service")(services.create_service)
    cli.add_typer(users, name="user")
