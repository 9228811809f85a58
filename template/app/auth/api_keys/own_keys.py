"""The API keys of whoever is logged in, who is told of a new one by mail: it can be a thief's doing."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRotation
from app.auth.api_keys.service import ApiKeyService
from app.auth.current_user import CurrentUser
from app.auth.principal import Principal
from app.db import Session
from app.email import Email, send
from app.settings import Settings


class OwnApiKeyService(ApiKeyService):
    """The API keys of one user, in their own hands."""

    def __init__(self, session: AsyncSession, settings: Settings, owner: Principal) -> None:
        super().__init__(session, settings, owner, actor=owner)

    async def create(self, new: ApiKeyCreate) -> ApiKeyIssued:
        """Make a key, and tell its owner."""
        return await self._tell_owner(await super().create(new))

    async def rotate(self, key_id: UUID, rotation: ApiKeyRotation) -> ApiKeyIssued:
        """Make a key that takes the place of another one, and tell its owner."""
        return await self._tell_owner(await super().rotate(key_id, rotation))

    async def _tell_owner(self, key: ApiKeyIssued) -> ApiKeyIssued:
        scopes, expires_on = ", ".join(key.scopes), key.expires_at.date().isoformat()
        details = {"name": key.name, "scopes": scopes, "expires_on": expires_on}
        await send(self.session, Email(self.owner.email, "api_key_created", details))
        return key


# Not the class itself: FastAPI would call it in a thread.
async def _api_keys(request: Request, session: Session, current: CurrentUser) -> OwnApiKeyService:
    return OwnApiKeyService(session, request.app.state.settings, current)


OwnApiKeys = Annotated[OwnApiKeyService, Depends(_api_keys)]
