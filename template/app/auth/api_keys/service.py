"""The rules of API keys."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.api_keys.issuer import ApiKeys
from app.auth.api_keys.models import ApiKey
from app.auth.api_keys.repository import ApiKeyRepository
from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRead, ApiKeyRotation
from app.auth.current_user import CurrentUser, InvalidCredential
from app.auth.mails import notice
from app.auth.permissions import PERMISSIONS
from app.auth.policy import POLICY
from app.auth.principal import Principal, principal_of_session
from app.auth.tokens import hash_token
from app.db import Session, new_id, utc_now
from app.email import send
from app.errors import Conflict, InvalidRequest
from app.settings import Settings


class ScopeNotGranted(InvalidRequest):
    """A scope is no permission that you have yourself."""

    code, title = "scope_not_granted", "You can give a key only what you may do yourself"


class TooManyApiKeys(Conflict):
    """Revoke a key before you make another one."""

    code, title = "too_many_api_keys", "You have as many API keys as anybody may have"


class ApiKeyService:
    """The API keys of one owner; each change is in the audit trail, with who made it."""

    def __init__(
        self, session: AsyncSession, settings: Settings, owner: Principal, actor_id: UUID | None
    ) -> None:
        self.session = session
        self.settings = settings
        self.owner = owner
        self.actor_id = actor_id
        self.keys = ApiKeyRepository(session, owner.id)

    async def create(self, new: ApiKeyCreate) -> ApiKeyIssued:
        """Make a key. Raises ScopeNotGranted or TooManyApiKeys."""
        if excess := new.scopes - self._own_scopes():
            raise ScopeNotGranted(f"Not yours to give: {', '.join(sorted(excess))}.")
        row, issued = await self._issue(new.name, new.scopes, new.expires_in_days)
        self._record("api_key.created", row, scopes=row.scopes)
        return issued

    async def rotate(self, key_id: UUID, rotation: ApiKeyRotation) -> ApiKeyIssued:
        """Make a key that can do the same, of what its owner still may; the old one ends soon."""
        old = await self.keys.get(key_id)
        if not (scopes := self._own_scopes() & set(old.scopes)):
            raise ScopeNotGranted("You have none of this key's scopes any more.")
        row, issued = await self._issue(old.name, scopes, rotation.expires_in_days)
        old.expires_at = min(old.expires_at, utc_now() + POLICY.api_key_overlap)
        self._record("api_key.rotated", old, successor=str(row.id))
        return issued

    async def revoke(self, key_id: UUID) -> None:
        """End a key at once."""
        key = await self.keys.get(key_id)
        self._record("api_key.revoked", key)
        await self.keys.delete(key)

    async def _issue(self, name: str, scopes: set[str], days: int) -> tuple[ApiKey, ApiKeyIssued]:
        # A new password ends the logins: whoever was asking for a key in one of them gets none.
        if not await self.keys.lock_owner() or not await self._is_logged_in():
            raise InvalidCredential
        if await self.keys.count_usable() >= POLICY.api_keys_per_user:
            raise TooManyApiKeys
        key_id = new_id()
        key = ApiKeys(self.settings).make(key_id)
        row = ApiKey(
            id=key_id,
            name=name,
            key_hash=hash_token(key),
            scopes=sorted(scopes),
            expires_at=utc_now() + timedelta(days=days),
        )
        await self.keys.add(row)
        await self._tell_owner(row)
        return row, ApiKeyIssued(key=key, **ApiKeyRead.model_validate(row).model_dump())

    async def _tell_owner(self, key: ApiKey) -> None:
        if self.actor_id != self.owner.id:  # a command for a program, which reads no mail
            return
        details = {"scopes": ", ".join(key.scopes), "expires_on": key.expires_at.date().isoformat()}
        url = self.settings.frontend_url
        await send(self.session, notice(self.owner.email, "api_key_created", url, name=key.name, **details))

    async def _is_logged_in(self) -> bool:
        login, owner_id = self.owner.session_id, self.owner.id
        return login is None or await principal_of_session(self.session, owner_id, login) is not None

    def _own_scopes(self) -> set[str]:
        return {name for name, permission in PERMISSIONS.items() if self.owner.may(permission)}

    def _record(self, action: str, key: ApiKey, **details: object) -> None:
        record(self.session, Event(action, self.actor_id, ("api_key", key.id), details))


# Not the class itself: FastAPI would call it in a thread.
async def _api_keys(request: Request, session: Session, current: CurrentUser) -> ApiKeyService:
    return ApiKeyService(session, request.app.state.settings, current, current.id)


OwnApiKeys = Annotated[ApiKeyService, Depends(_api_keys)]
