"""The last look at the answers, before anything is written."""

from collections.abc import Mapping
from typing import Any

import questionary
import typer

from backsmith.errors import Failed

_CREATE, _CANCEL = object(), object()


def changed(answers: Mapping[str, Any]) -> str | None:
    """Show the answers; return the name of one to change, or None to go on. Raises Failed to stop."""
    width = max(map(len, answers))
    typer.echo("\nYour answers:\n")
    for name, answer in answers.items():
        typer.echo(f"  {name:{width}}  {'yes' if answer is True else 'no' if answer is False else answer}")
    typer.echo()
    choice = questionary.select(
        "Create the project?",
        choices=[
            questionary.Choice("Create it", _CREATE),
            *(questionary.Choice(f"Change {name}", name) for name in answers),
            questionary.Choice("Stop", _CANCEL),
        ],
    ).unsafe_ask()
    if choice is _CANCEL:
        raise Failed("stopped; nothing was written")
    return None if choice is _CREATE else str(choice)
