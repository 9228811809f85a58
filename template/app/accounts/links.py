"""One-time links: the token goes out by mail, only its hash stays here, and using it removes it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, String, delete, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import OneTimeLink
from app.auth.tokens import hash_token, new_token
from app.db import Id, UtcDateTime, new_id, utc_now
from app.errors import BadRequest
from app.users import User

# Nobody's id: a link for it is made as any other, and leaves no row.
NOBODY = UUID(int=0)


class LinkPurpose(StrEnum):
    """What a link is good for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    CONFIRM_EMAIL = "confirm_email"


@dataclass(frozen=True)
class UsedLink:
    """Whose link it was, and the address it was made to confirm."""

    user_id: UUID
    email: str | None


class InvalidLink(BadRequest):
    """The link was used, replaced by a newer one, or is too old; or it never was one."""

    code, title = "invalid_link", "This link is not valid any more"


async def create_link(
    session: AsyncSession,
    user_id: UUID,
    purpose: LinkPurpose,
    lifetime: timedelta,
    *,
    email: str | None = None,
) -> str:
    """Make the token of a new link; older links for the same purpose end."""
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose)
    )
    token, now = new_token(), utc_now()
    columns = {
        "id": literal(new_id(), Id()),
        "user_id": User.id,
        "purpose": literal(str(purpose), String()),
        "email": literal(email, String()),
        "token_hash": literal(hash_token(token), String()),
        "created_at": literal(now, UtcDateTime()),
        "expires_at": literal(now + lifetime, UtcDateTime()),
    }
    # From the user's row: the same two statements whether or not there is one, so that time does not tell.
    row = select(*columns.values()).where(User.id == user_id)
    await session.execute(insert(OneTimeLink).from_select([*columns], row, include_defaults=False))
    return token


async def use_link(session: AsyncSession, token: str, purpose: LinkPurpose) -> UsedLink:
    """Use up a link and tell whose it was. Raises InvalidLink."""
    wanted = (
        OneTimeLink.token_hash == hash_token(token),
        OneTimeLink.purpose == purpose,
        OneTimeLink.expires_at > utc_now(),
    )
    found = (
        await session.execute(select(OneTimeLink.user_id, OneTimeLink.email).where(*wanted))
    ).one_or_none()
    # The DELETE decides: of two who use the link at once, one removes the row.
    removed = await session.execute(delete(OneTimeLink).where(*wanted))
    if found is None or cast(CursorResult[Any], removed).rowcount != 1:
        raise InvalidLink
    return UsedLink(found.user_id, found.email)


async def end_links(session: AsyncSession, user_id: UUID) -> None:
    """End all links of a user: what was asked for before a password or an address changed counts no more."""
    await session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
