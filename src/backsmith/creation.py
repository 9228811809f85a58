"""Making a new project: ask, render beside its place, move it there, then run the hook."""

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from backsmith.menu import Menu
from backsmith.place import move, refuse_occupied, workshop
from backsmith.source import Source, home


class Hook:
    """hooks/after_copy.py, which also runs on its own and therefore is no part of this package."""

    def __init__(self) -> None:
        self._script = runpy.run_path(str(home() / "hooks" / "after_copy.py"))
        self.uv: list[str] = self._script["uv"]()
        self.environment: dict[str, str] = self._script["project_environment"]()

    def run(self, project: Path, *, install: bool = True, setup: bool = True, git: bool = True) -> int:
        """Do the wanted steps in a project; the exit code."""
        return int(self._script["run"](project.resolve(), install=install, setup=setup, git=git))


def create(target: Path, source: Source, menu: Menu, given: Mapping[str, Any], *, ask: bool) -> str:
    """Write the project and return the `copier copy` line that makes it again. Raises Refused or Failed."""
    place = target.resolve()
    refuse_occupied(place)
    typer.echo("Reading the template ...")
    # A second of imports, which neither --help nor a refusal should wait for.
    from backsmith.rendering import render
    from backsmith.review import changed

    try:
        with workshop(place) as room:
            project = render(source, room / "1" / place.name, given, ask=ask)
            while ask and (name := changed(menu.sort(project.answers))):
                rest = {other: answer for other, answer in project.answers.items() if other != name}
                path = room / str(int(project.path.parent.name) + 1) / place.name
                project = render(source, path, rest, ask=True, suggestions=project.answers)
            refuse_occupied(place)
            move(project.path, place)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was written.", err=True)
        raise
    for note in project.warnings:
        typer.echo(f"Note: {note}", err=True)
    typer.echo(f"Created {project.answers['project_name']} in {target}")
    return project.command(source, target)
