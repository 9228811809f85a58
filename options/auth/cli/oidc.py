"""Look after accounts."""

import typer

from app.cli import services

# What `api setup` says in the end.
FIRST_STEPS = "name your provider in .env (OIDC_…), then `uv run api dev` and open http://127.0.0.1:8000/docs"

cli = typer.Typer(no_args_is_help=True, help=__doc__)
cli.command("create-service")(services.create_service)


@cli.callback()
def _group() -> None:
    """Look after accounts."""
