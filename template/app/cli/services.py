"""Look after the accounts of programs."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

if TYPE_CHECKING:
    from app.auth.api_keys.schemas import ApiKeyCreate


def create_service(
    name: Annotated[str, typer.Argument(help="What the program is called, such as nightly-export.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What its key may do; more than once.")],
    days: Annotated[int | None, typer.Option("--days", help="When its key ends.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Scopes of administrators, too.")] = False,
) -> None:
    """Open an account for a program and print its first API key, this once."""
    from app.auth.api_keys.schemas import ApiKeyCreate, ServiceName
    from app.errors import AppError

    given = {} if days is None else {"expires_in_days": days}
    try:
        first_key = ApiKeyCreate.model_validate({"name": "first key", "scopes": scope, **given})
        service = ServiceName(name=name).name
    except ValidationError as error:
        problem = error.errors()[0]
        typer.echo(f"{problem['loc'][0]}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None
    try:
        key = asyncio.run(_create(service, admin, first_key))
    except AppError as error:
        typer.echo(error.detail or error.title, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{service} has an account. This is its key; nobody can show it again:", err=True)
    typer.echo(key)


async def _create(name: str, admin: bool, first_key: "ApiKeyCreate") -> str:
    from app import discovery
    from app.auth.api_keys.service_accounts import create_service
    from app.db import Database
    from app.db.engine import DatabaseSettings, create_engine
    from app.settings import Settings, load
    from app.users import Role

    discovery.import_models()
    list(discovery.routers())  # the features' permissions stand beside their endpoints
    settings, role = load(Settings), Role.ADMIN if admin else Role.USER
    database = Database(create_engine(load(DatabaseSettings)))
    try:
        issued = await database.run(lambda session: create_service(session, settings, name, role, first_key))
    finally:
        await database.close()
    return issued.key
