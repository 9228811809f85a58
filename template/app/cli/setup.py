"""Make this folder ready to run."""

import re
import secrets
from pathlib import Path

import typer

# For a database that is just being started. One that nobody has started, yet, is not worth a minute.
PATIENCE_SECONDS = 5.0
ENV, ENV_EXAMPLE, CONTRACT = Path(".env"), Path(".env.example"), Path("openapi.json")


def setup() -> None:
    """Make .env with a fresh secret, write the contract, migrate the database. Does nothing twice."""
    if ENV.exists():
        typer.echo(".env is there already; left as it is.")
    else:
        _write_env()
        typer.echo("Wrote .env with a new SECRET_KEY.")

    from app.cli.database import migrate
    from app.cli.inspect import write_contract
    from app.cli.users import FIRST_STEPS

    if not CONTRACT.exists():
        write_contract(CONTRACT)
        typer.echo(f"Wrote the contract, {CONTRACT}. Commit it.")
    migrate("heads", patience=PATIENCE_SECONDS)
    typer.echo(f"\nReady. Next: {FIRST_STEPS}")


def _write_env() -> None:
    text = re.sub(
        r"(?m)^SECRET_KEY=$", f"SECRET_KEY={secrets.token_urlsafe(48)}", ENV_EXAMPLE.read_text("utf-8")
    )
    text = re.sub(r"(?m)^ENVIRONMENT=.*$", "ENVIRONMENT=development", text)
    ENV.touch(mode=0o600)
    ENV.write_text(text, "utf-8")
