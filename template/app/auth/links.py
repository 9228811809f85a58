"""One-time links: the token goes out by mail, only its hash stays here, and using it removes it."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import OneTimeLink
from app.auth.tokens import hash_token, new_token
from app.db import utc_now
from app.errors import BadRequest


class LinkPurpose(StrEnum):
    """What a link is good for."""

    VERIFY_EMAIL = "verify_email"


class InvalidLink(BadRequest):
    """The link was used, replaced by a newer one, or is too old; or it never was one."""

    code, title = "invalid_link", "This link is not valid any more"


async def create_link(session: AsyncSession, user_id: UUID, purpose: LinkPurpose, lifetime: timedelta) -> str:
    """Make the token of a new link; older links for the same purpose end."""
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose)
    )
    token = new_token()
    session.add(
        OneTimeLink(
            user_id=user_id, purpose=purpose, token_hash=hash_token(token), expires_at=utc_now() + lifetime
        )
    )
    await session.flush()
    return token


async def use_link(session: AsyncSession, token: str, purpose: LinkPurpose) -> UUID:
    """Use up a link and tell whose it was. Raises InvalidLink."""
    wanted = (
        OneTimeLink.token_hash == hash_token(token),
        OneTimeLink.purpose == purpose,
        OneTimeLink.expires_at > utc_now(),
    )
    user_id = await session.scalar(select(OneTimeLink.user_id).where(*wanted))
    # The DELETE decides: of two who use the link at once, one removes the row.
    removed = await session.execute(delete(OneTimeLink).where(*wanted))
    if user_id is None or cast(CursorResult[Any], removed).rowcount != 1:
        raise InvalidLink
    return user_id
