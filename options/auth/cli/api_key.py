"""Look after accounts."""

import typer

from app.cli import services

# What `api setup` says in the end.
FIRST_STEPS = """`uv run api dev`. The first key is shown once; it makes all others:

    KEY=$(uv run api user create-service operator --admin --every-scope)
    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000/api/v1/users/me"""

cli = typer.Typer(no_args_is_help=True, help=__doc__)
cli.command("create-service")(services.create_service)


@cli.callback()
def _group() -> None:
    """Look after accounts."""
