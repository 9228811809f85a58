"""Make a key for access tokens."""

import os
from pathlib import Path
from typing import Annotated

import typer


def jwt_key(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file, which only you can read.")
    ] = None,
) -> None:
    """Make a private key for JWT_PRIVATE_KEYS; printed, unless a file is named, and kept nowhere."""
    from joserfc.jwk import OKPKey

    key = OKPKey.generate_key("Ed25519")
    pem = key.as_pem(private=True)
    if output is None:
        typer.echo(pem.decode(), nl=False)
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        typer.echo(f"{output}: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    typer.echo(f"Wrote {output}: the key {key.thumbprint()}. Do not commit it.")
