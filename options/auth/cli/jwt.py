"""Look after accounts."""

import typer

from app.cli import administrators, services

# What `api setup` says in the end.
FIRST_STEPS = "`uv run api dev`, then open http://127.0.0.1:8000/docs"

cli = typer.Typer(no_args_is_help=True, help=__doc__)
cli.command("create-admin")(administrators.create_admin)
cli.command("create-service")(services.create_service)
