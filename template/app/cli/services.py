"""Look after the accounts of programs."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

if TYPE_CHECKING:
    from app.auth.api_keys.schemas import ApiKeyCreate
    from app.auth.service_accounts.schemas import ServiceAccountCreate


def create_service(
    name: Annotated[str, typer.Argument(help="What the program is called, such as nightly-export.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="What its key may do; more than once.")
    ] = None,
    every_scope: Annotated[
        bool, typer.Option("--every-scope", help="All that its role may do, instead of --scope.")
    ] = False,
    days: Annotated[int | None, typer.Option("--days", help="When its key ends.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Scopes of administrators, too.")] = False,
) -> None:
    """Open an account for a program and print its first API key, this once."""
    from app import discovery
    from app.auth.api_keys.schemas import ApiKeyCreate
    from app.auth.permissions import permissions_of
    from app.auth.service_accounts.schemas import ServiceAccountCreate
    from app.errors import AppError
    from app.users import Role

    list(discovery.routers())  # the features' permissions stand beside their endpoints
    role = Role.ADMIN if admin else Role.USER
    scopes = permissions_of(role) if every_scope else scope or []
    given: dict[str, Any] = {} if days is None else {"expires_in_days": days}
    try:
        first_key = ApiKeyCreate.model_validate({"name": "first key", "scopes": scopes, **given})
        account = ServiceAccountCreate(name=name, role=role)
    except ValidationError as error:
        problem = error.errors()[0]
        typer.echo(f"{problem['loc'][0]}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None
    try:
        key = asyncio.run(_create(account, first_key))
    except AppError as error:
        typer.echo(error.detail or error.title, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{name} has an account. This is its key; nobody can show it again:", err=True)
    typer.echo(key)


async def _create(account: "ServiceAccountCreate", first_key: "ApiKeyCreate") -> str:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.auth.service_accounts.service import ServiceAccounts
    from app.db import Database
    from app.db.engine import DatabaseSettings, create_engine
    from app.discovery import import_models
    from app.settings import Settings, load

    import_models()
    settings = load(Settings)
    database = Database(create_engine(load(DatabaseSettings)))

    async def work(session: AsyncSession) -> str:
        services = ServiceAccounts(session, settings, actor=None)
        user = await services.create(account)
        return (await (await services.keys(user.id)).create(first_key)).key

    try:
        return await database.run(work)
    finally:
        await database.close()
