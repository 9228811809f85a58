"""A feature for these tests alone: requests that do to the database what no feature should."""

from textwrap import dedent

_FILES = {
    "app/features/trials/__init__.py": '"""Trials."""\n',
    "app/features/trials/endpoints.py": """
        import asyncio
        from datetime import date
        from typing import Any

        from fastapi import Request
        from sqlalchemy import text

        from app.auth import CurrentUser
        from app.db import Session
        from app.errors import Conflict
        from app.features.invoices.models import Invoice
        from app.http import Router
        from app.marks import public

        router = Router(prefix="/trials")


        @router.post("/statements")
        @public
        async def run_statements(session: Session, statements: list[str]) -> str:
            for statement in statements:
                await session.execute(text(statement))
            return "done"


        @router.get("/statement")
        @public
        async def read(session: Session, statement: str) -> str:
            await session.execute(text(statement))
            return "done"


        @router.post("/refusal")
        @public
        async def refuse_without_connection(
            request: Request, session: Session, own: str, kill: str, everybody: str
        ) -> None:
            number = (await session.execute(text(own))).scalar_one()
            async with request.app.state.database.session() as other:
                await other.execute(text(kill.format(number)))
                while number in (await other.scalars(text(everybody))).all():
                    await other.rollback()
                    await asyncio.sleep(0.01)
            raise Conflict


        @router.post("/values")
        async def store_unchecked(session: Session, current: CurrentUser, values: dict[str, Any]) -> str:
            whole = {
                "owner_id": current.id,
                "number": "1",
                "customer_name": "Ada",
                "customer_email": "ada@example.org",
                "amount_cents": 1,
                "currency": "EUR",
                "due_on": date(2026, 1, 1),
                **values,
            }
            session.add(Invoice(**whole))
            await session.flush()
            return "done"
        """,
}

# Its files by their paths in the project.
TRIALS = {name: dedent(text).lstrip("\n") for name, text in _FILES.items()}
STATEMENTS = "/api/v1/trials/statements"
STATEMENT = "/api/v1/trials/statement"
REFUSAL = "/api/v1/trials/refusal"
VALUES = "/api/v1/trials/values"
