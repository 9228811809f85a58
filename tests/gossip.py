"""A feature that breaks the rules of the house: anybody reads everything, and nothing has an end."""

from textwrap import dedent

_FILES = {
    "app/features/gossip/__init__.py": '"""Gossip."""\n',
    "app/features/gossip/models.py": """
        from uuid import UUID

        from sqlalchemy import ForeignKey, String
        from sqlalchemy.orm import Mapped, mapped_column

        from app.db import Base, Id, Identified


        class Gossip(Identified, Base):
            __tablename__ = "gossip"

            text: Mapped[str] = mapped_column(String(500))
            about_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
        """,
    "app/features/gossip/endpoints.py": """
        from uuid import UUID

        from pydantic import BaseModel
        from sqlalchemy import select

        from app.db import Session
        from app.features.gossip.models import Gossip
        from app.http import Router
        from app.validation import ResponseModel

        router = Router(prefix="/gossip")


        class GossipCreate(BaseModel):
            text: str


        class GossipRead(ResponseModel):
            id: UUID
            text: str


        @router.get("", response_model=list[GossipRead])
        async def list_gossip(session: Session) -> list[Gossip]:
            return list(await session.scalars(select(Gossip)))


        @router.post("")
        async def tell(session: Session, new: GossipCreate) -> None:
            await session.commit()
        """,
}

# Its files by their paths in the project.
GOSSIP = {name: dedent(text).lstrip("\n") for name, text in _FILES.items()}
