"""Whose an API key is: one query, and the same answer whatever is wrong with it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.api_keys.models import ApiKey
from app.auth.policy import POLICY
from app.auth.principal import Principal
from app.auth.tokens import hash_token
from app.db import afterwards, utc_now
from app.users import Role, User

_NOBODYS = hash_token("the key of nobody")
# Built once: every request with a key runs it.
_WITH_OWNER = (
    select(ApiKey.key_hash, ApiKey.scopes, ApiKey.last_used_at, User.id, User.email, User.role)
    .join(User, User.id == ApiKey.owner_id)
    .where(
        ApiKey.id == bindparam("key_id"),
        ApiKey.expires_at > bindparam("now"),
        User.disabled_at.is_(None),
    )
)


@dataclass(frozen=True)
class PresentedKey:
    """An API key that was issued here; it may have expired or been revoked since."""

    key_id: UUID
    key_hash: str = field(repr=False)

    @property
    def caller(self) -> str:
        """The key's name in rate limits and logs: each key has a quota of its own."""
        return f"key:{self.key_id}"

    async def principal(self, session: AsyncSession) -> Principal | None:
        """The owner, with the scopes of the key; None when the key is worth nothing any more."""
        now = utc_now()
        row = (await session.execute(_WITH_OWNER, {"key_id": self.key_id, "now": now})).one_or_none()
        right = compare_digest(self.key_hash, _NOBODYS if row is None else row.key_hash)
        if row is None or not right:
            return None
        if row.last_used_at is None or row.last_used_at <= now - POLICY.api_key_use_interval:
            # Not in the request's own transaction: a GET has none, and what is refused was a use, too.
            afterwards(session, partial(_note_use, self.key_id, now))
        return Principal(row.id, row.email, Role(row.role), scopes=frozenset(row.scopes))


async def _note_use(key_id: UUID, now: datetime, session: AsyncSession) -> None:
    """Write down that a key is used. Of many requests at once, one writes."""
    due = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - POLICY.api_key_use_interval)
    await session.execute(update(ApiKey).where(ApiKey.id == key_id, due).values(last_used_at=now))
