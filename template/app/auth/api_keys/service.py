"""The rules of API keys."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.api_keys.issuer import ApiKeys
from app.auth.api_keys.models import ApiKey
from app.auth.api_keys.repository import ApiKeyRepository
from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRead, ApiKeyRotation
from app.auth.current_user import InvalidCredential
from app.auth.permissions import PERMISSIONS
from app.auth.policy import POLICY
from app.auth.principal import Principal, principal_of_session
from app.auth.tokens import hash_token
from app.db import new_id, utc_now
from app.errors import Conflict, InvalidRequest
from app.settings import Settings


class ScopeNotGranted(InvalidRequest):
    """A scope is no permission of the key's owner, or none that you have yourself."""

    code, title = "scope_not_granted", "You can give a key only what you may do yourself"


class TooManyApiKeys(Conflict):
    """Revoke a key before another one is made."""

    code, title = "too_many_api_keys", "There are as many API keys as an account may have"


class OwnerDisabled(Conflict):
    """Enable the account before it gets a key."""

    code, title = "account_disabled", "The account is disabled"


class ApiKeyService:
    """The API keys of one owner; each change is in the audit trail, with who made it.

    The actor is the owner, an administrator, or a command, which is nobody (None) and may give everything.
    """

    def __init__(
        self, session: AsyncSession, settings: Settings, owner: Principal, actor: Principal | None
    ) -> None:
        self.session = session
        self.settings = settings
        self.owner = owner
        self.actor = actor
        self.keys = ApiKeyRepository(session, owner.id)

    async def create(self, new: ApiKeyCreate) -> ApiKeyIssued:
        """Make a key. Raises ScopeNotGranted, TooManyApiKeys or OwnerDisabled."""
        row, issued = await self._issue(new.name, new.scopes, new.expires_in_days)
        self._record("api_key.created", row, scopes=row.scopes)
        return issued

    async def rotate(self, key_id: UUID, rotation: ApiKeyRotation) -> ApiKeyIssued:
        """Make a key that can do the same, of what its owner still may; the old one ends soon.

        Whoever rotates a key gets to see the new one: so it gives nobody more than they have, either.
        """
        old = await self.keys.get(key_id)
        if not (scopes := set(old.scopes) & scopes_of(self.owner)):
            raise ScopeNotGranted("The owner has none of this key's scopes any more.")
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
        if excess := scopes - self._grantable():
            raise ScopeNotGranted(f"Not yours to give: {', '.join(sorted(excess))}.")
        if not await self.keys.lock_owner():
            raise OwnerDisabled
        # A new password ends the logins: whoever was asking for a key in one of them gets none.
        if not await self._is_logged_in():
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
        return row, ApiKeyIssued(key=key, **ApiKeyRead.model_validate(row).model_dump())

    async def _is_logged_in(self) -> bool:
        if self.actor is None or self.actor.session_id is None:
            return True
        return await principal_of_session(self.session, self.actor.id, self.actor.session_id) is not None

    def _grantable(self) -> set[str]:
        return scopes_of(self.owner) & scopes_of(self.actor or self.owner)

    def _record(self, action: str, key: ApiKey, **details: object) -> None:
        if self.actor != self.owner:
            details["owner"] = str(self.owner.id)
        actor_id = None if self.actor is None else self.actor.id
        record(self.session, Event(action, actor_id, ("api_key", key.id), details))


def scopes_of(principal: Principal) -> set[str]:
    """What somebody may do, and so may give."""
    return {name for name, permission in PERMISSIONS.items() if principal.may(permission)}
