"""Users by the provider's word: made when they first come, and changed by what it says of them since.

A user is known by (issuer, subject), never by an address: whoever had an address confirmed at the provider
would otherwise get the account of whoever has it here.
"""

from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, Table, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.models import ExternalIdentity
from app.auth.oidc.claims import Claims
from app.auth.sessions import end_logins
from app.db import utc_now
from app.db.engine import insert_if_absent
from app.users import User
from app.users import repository as users

# No mail reaches it (RFC 2606 section 2): the address of whom the provider names none that is free.
DOMAIN = "identities.invalid"
log = structlog.get_logger(__name__)


async def bring_up_to_date(session: AsyncSession, claims: Claims) -> User:
    """The user of these claims, as they say; as a newer token has said, when they are older than that one."""
    user = await _find(session, claims) or await _make(session, claims)
    # Of two tokens the one issued later counts, whichever comes first; the row also makes others wait.
    newer = await session.execute(
        update(ExternalIdentity)
        .where(ExternalIdentity.key_hash == claims.key_hash, ExternalIdentity.claims_at <= claims.issued_at)
        .values(claims_at=claims.issued_at)
    )
    if cast(CursorResult[Any], newer).rowcount != 1:
        return user
    if claims.role != user.role:
        details = {"role": claims.role, "before": user.role, "by": "provider"}
        record(session, Event("user.role_changed", user.id, ("user", user.id), details))
        user.role = claims.role
        await end_logins(session, user.id)  # a login never has more rights than when it was opened
    user.name = user.name or claims.name
    if claims.email is not None and claims.email != user.email:
        await _take_address(session, user, claims.email)
    await session.flush()
    return user


async def _find(session: AsyncSession, claims: Claims) -> User | None:
    return await session.scalar(
        select(User)
        .join(ExternalIdentity, ExternalIdentity.user_id == User.id)
        .where(ExternalIdentity.key_hash == claims.key_hash)
    )


async def _make(session: AsyncSession, claims: Claims) -> User:
    """A new user, under an address made of who it is: of two who make it at once, both get the same one."""
    user = await users.ensure(session, f"{claims.key_hash[:40]}@{DOMAIN}")
    identity = {
        "key_hash": claims.key_hash,
        "issuer": claims.issuer,
        "subject": claims.subject,
        "user_id": user.id,
        "claims_at": claims.issued_at,
    }
    if await insert_if_absent(session, cast(Table, ExternalIdentity.__table__), identity):
        user.email_verified_at = utc_now()  # the provider lets in whom it knows
        user.role = claims.role
        record(session, Event("user.created", user.id, ("user", user.id), {"role": user.role}))
    return user


async def _take_address(session: AsyncSession, user: User, address: str) -> None:
    """Give the user an address, unless it is somebody else's here: first come, first served."""
    if await users.by_email(session, address) is None:
        try:
            async with session.begin_nested():
                user.email = address
            return
        except IntegrityError:  # taken at this very moment
            await session.refresh(user)
    log.warning("address_of_another_user", user_id=user.id)
