"""The `backsmith` command."""

import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from backsmith.errors import Refused
from backsmith.menu import Menu
from backsmith.source import find, home, release

# Plain help: the formatted one costs three times the CPU of everything else at start.
app = typer.Typer(
    help="Generate a production FastAPI backend.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Template = Annotated[
    str | None,
    typer.Option(
        envvar="BACKSMITH_TEMPLATE", help="Another place of the template: a folder or a repository URL."
    ),
]


def _new(
    path: Annotated[Path, typer.Argument(help="The folder to make: new, or empty.", show_default=False)],
    *,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing: take the defaults.")] = False,
    pairs: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="QUESTION=ANSWER", help="Answer a question; repeatable."),
    ] = None,
    data_file: Annotated[Path | None, typer.Option(help="A YAML file of answers.")] = None,
    template: Template = None,
    no_install: Annotated[
        bool, typer.Option("--no-install", help="Make no environment; implies --no-setup.")
    ] = False,
    no_setup: Annotated[bool, typer.Option("--no-setup", help="Do not run `api setup`.")] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no repository and no first commit.")] = False,
    **answers: Any,
) -> None:
    """Make a new project."""
    from backsmith.answers import collect
    from backsmith.creation import Hook, create

    source = find(template)
    menu = Menu(source.menu)
    given = collect(menu, data_file, pairs or [], answers)
    open_questions = [name for name in menu.names if name not in given]
    ask = not defaults and bool(open_questions)
    if ask and not sys.stdin.isatty():
        raise Refused(
            f"nobody is here to answer {', '.join(open_questions)}: add --defaults, or answer with flags"
        )
    again = create(path, source, menu, given, ask=ask)
    status = Hook().run(path, install=not no_install, setup=not no_setup, git=not no_git)
    ready = not (status or no_install or no_setup)
    typer.echo(f"\nNext:\n\n  cd {shlex.quote(str(path))}")
    typer.echo("  uv run api dev\n  uv run api check" if ready else "  uv run api setup\n  uv run api dev")
    typer.echo(f"\nThe same project again:\n\n  {again}")
    raise typer.Exit(status)


app.command("new")(Menu(home() / "copier.yml").add_options(_new))


@app.command("demo")
def _demo(
    path: Annotated[Path, typer.Argument(help="The folder to make, or to take up again.")] = Path("demo-api"),
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    template: Template = None,
) -> None:
    """Make the default project and serve it at once."""
    from backsmith.demo import demo

    demo(path, find(template), host, port)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(release())
        raise typer.Exit


@app.callback()
def _backsmith(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Generate a production FastAPI backend."""


def main() -> None:
    """Run a command; what is refused ends it with one line."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except Refused as refusal:
        typer.echo(f"backsmith: {refusal}", err=True)
        sys.exit(refusal.exit_code)


def _end(signal_number: int, _frame: FrameType | None) -> None:
    """End as if interrupted, so that everything half done is removed."""
    sys.exit(128 + signal_number)
