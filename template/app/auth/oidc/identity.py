"""Whose a verified access token is: one query, and the account brought up to date by each newer token."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import ExternalIdentity
from app.auth.oidc.claims import Claims
from app.auth.oidc.users import bring_up_to_date
from app.auth.principal import Principal
from app.db import first
from app.users import Role, User

# Built once: every request with a token runs it.
_OF_IDENTITY = (
    select(User.id, User.email, User.role, User.disabled_at, ExternalIdentity.claims_at)
    .join(User, User.id == ExternalIdentity.user_id)
    .where(ExternalIdentity.key_hash == bindparam("key_hash"))
)


@dataclass(frozen=True)
class VerifiedToken:
    """An access token of the provider's, for this service."""

    claims: Claims

    @property
    def caller(self) -> str:
        """The name of its bearer in rate limits and logs."""
        return f"external:{self.claims.key_hash}"

    async def principal(self, session: AsyncSession) -> Principal | None:
        """The user, made at the first token; None when the account is disabled."""
        begun = session.in_transaction()
        row = await self._find(session)
        if row is None or row.claims_at < self.claims.issued_at:
            await first(session, partial(bring_up_to_date, claims=self.claims), begun=begun)
            row = await self._find(session)
        if row is None or row.disabled_at is not None:
            return None
        return Principal(row.id, row.email, Role(row.role))

    async def _find(self, session: AsyncSession) -> Row[UUID, str, str, datetime | None, datetime] | None:
        return (await session.execute(_OF_IDENTITY, {"key_hash": self.claims.key_hash})).one_or_none()
