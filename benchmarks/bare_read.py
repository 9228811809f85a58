"""The app that `read.py` compares with: FastAPI and SQLAlchemy as in their tutorials, on the same tables."""

import os
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BINARY, DateTime, ForeignKey, Uuid, func, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

bearer = HTTPBearer()


class BinaryUuid(TypeDecorator[UUID]):
    """MySQL has no type for a UUID."""

    impl = BINARY(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, _dialect: Dialect) -> bytes | None:
        """To bytes."""
        return value.bytes if value else None

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> UUID | None:
        """From bytes."""
        return UUID(bytes=value) if value else None


class Base(DeclarativeBase):
    """Base of the models."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        datetime: DateTime(timezone=True),
        UUID: BinaryUuid() if os.environ["DATABASE_URL"].startswith("mysql") else Uuid(),
    }


class User(Base):
    """The generated app's users table."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str | None]
    name: Mapped[str | None]
    role: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]


class Invoice(Base):
    """The generated app's invoices table."""

    __tablename__ = "invoices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    number: Mapped[str]
    customer_name: Mapped[str]
    customer_email: Mapped[str]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    notes: Mapped[str | None]
    due_on: Mapped[date]
    status: Mapped[str]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]


class InvoiceRead(BaseModel):
    """The fields that the generated app shows."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    customer_name: str
    customer_email: str
    amount_cents: int
    currency: str
    notes: str | None
    due_on: date
    status: str
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class InvoicesRead(BaseModel):
    """Some invoices, and how many there are."""

    items: list[InvoiceRead]
    count: int


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


async def _current_user(
    request: Request, session: Session, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> User:
    try:
        token = jwt.decode(credentials.credentials, request.app.state.key, algorithms=["HS256"])
        request.app.state.claims.validate(token.claims)
    except JoseError:
        raise HTTPException(401) from None
    user = await session.get(User, UUID(token.claims["sub"]))
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(_current_user)]


def create_app() -> FastAPI:
    """Make the app, for the database in DATABASE_URL and tokens signed with BARE_KEY (hex)."""
    app = FastAPI()
    pool_size = int(os.environ["DATABASE_POOL_SIZE"])
    app.state.engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=pool_size, max_overflow=0)
    app.state.sessions = async_sessionmaker(app.state.engine, expire_on_commit=False)
    app.state.key = OctKey.import_key(bytes.fromhex(os.environ["BARE_KEY"]))
    app.state.claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": os.environ["PUBLIC_URL"]},
        aud={"essential": True, "value": "my-api"},
        exp={"essential": True},
    )
    app.add_api_route("/api/v1/invoices", list_invoices, response_model=InvoicesRead)
    return app


async def list_invoices(session: Session, user: CurrentUser, limit: int = 50) -> Any:
    """The user's newest invoices."""
    mine = select(Invoice).where(Invoice.owner_id == user.id)
    count = await session.scalar(select(func.count()).select_from(mine.subquery()))
    newest = mine.order_by(Invoice.created_at.desc(), Invoice.id.desc()).limit(limit)
    return {"items": (await session.scalars(newest)).all(), "count": count}
