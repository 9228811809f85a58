"""Administrators with a password."""

import asyncio
import sys
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError


def create_admin(
    email: Annotated[str, typer.Argument(help="The administrator's address.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
) -> None:
    """Open an account with every right, its address confirmed. The password is asked for."""
    from app.accounts.blocklist import ExpectedPassword, refuse_expected
    from app.accounts.schemas import NewPassword
    from app.validation import Email

    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    try:
        address = TypeAdapter(Email).validate_python(email)
        password = TypeAdapter(NewPassword).validate_python(password)
        refuse_expected(password, "", email=address, name=None)
    except ValidationError as error:
        typer.echo(error.errors()[0]["msg"], err=True)
        raise typer.Exit(2) from None
    except ExpectedPassword as error:
        typer.echo(error.extensions["errors"][0]["detail"], err=True)
        raise typer.Exit(2) from None
    if not asyncio.run(_create(address, password)):
        typer.echo(f"{address} has an account already.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{address} is an administrator.")


async def _create(email: str, password: str) -> bool:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.accounts.passwords import hash_password
    from app.audit import Event, record
    from app.db import Database, utc_now
    from app.db.engine import DatabaseSettings, create_engine
    from app.discovery import import_models
    from app.settings import load
    from app.users import Role, User
    from app.users import repository as users

    import_models()
    database = Database(create_engine(load(DatabaseSettings)))
    password_hash = await hash_password(password)

    async def work(session: AsyncSession) -> bool:
        if await users.by_email(session, email) is not None:
            return False
        admin = User(email=email, password_hash=password_hash, role=Role.ADMIN, email_verified_at=utc_now())
        await users.add(session, admin)
        record(session, Event("user.created", resource=("user", admin.id), details={"role": Role.ADMIN}))
        return True

    try:
        return await database.run(work)
    finally:
        await database.close()
