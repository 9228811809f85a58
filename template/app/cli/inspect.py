"""Look at what the service offers."""

import json
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI


def contract(app: FastAPI) -> str:
    """The OpenAPI document as in openapi.json, without the version: a release changes no contract."""
    document = {**app.openapi(), "info": {**app.openapi()["info"], "version": "0"}}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_contract(path: Path) -> None:
    """Write the contract of the application as it is now."""
    path.write_text(contract(_app()), "utf-8")


def openapi(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("openapi.json"),
) -> None:
    """Write the contract; look at its difference before you commit it."""
    write_contract(output)
    typer.echo(f"Wrote {output}.")


def routes() -> None:
    """List every route: methods, path, and who may call it."""
    from app.http.route import api_routes

    for route in sorted(api_routes(_app().routes), key=lambda route: route.path_format):
        methods = ",".join(sorted(route.methods))
        access = "public" if getattr(route.endpoint, "public", False) else "login"
        typer.echo(f"{methods:8} {route.path_format:45} {access:8} {route.name}")


def _app() -> FastAPI:
    from app.main import create_app
    from app.settings import Environment, Settings, load

    # Neither needs secrets nor depends on where it runs: the contract is the same everywhere.
    return create_app(load(Settings, secret_key="x" * 64, environment=Environment.TEST, log_level="WARNING"))
