"""Commands of the style of authentication: none."""

import typer


def add_commands(_cli: typer.Typer) -> None:
    """Add them to the `api` command."""
