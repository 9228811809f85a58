"""One command checks everything."""

import subprocess
import sys

import typer

CHECKS = {
    "format": ("ruff", "format", "--check", "--quiet"),
    "lint": ("ruff", "check", "--quiet"),
    "types": ("mypy",),
    "layers": ("lint-imports",),
    "dependencies": ("deptry", "."),
    "tests": ("pytest", "-q", "-n", "auto", "--cov"),
}


def check() -> None:
    """Check format, lint, types, layers, dependencies and tests, as CI does."""
    failed = []
    for name, command in CHECKS.items():
        typer.secho(f"{name}: {' '.join(command)}", bold=True)
        try:
            # Fixed commands of the development environment, found on its PATH.
            if subprocess.run(command, check=False).returncode:  # noqa: S603
                failed.append(name)
        except FileNotFoundError:
            typer.echo(f"{command[0]} is not installed: run `uv sync` with the development group", err=True)
            sys.exit(2)
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        sys.exit(1)
    typer.secho("All well.", fg="green")
