"""The user's own account."""

from fastapi import Response

from app.auth import CurrentUser
from app.auth.permissions import READ_ACCOUNT, WRITE_ACCOUNT, require
from app.db import Session
from app.http import IfMatch, Router, etag
from app.marks import open_without_second_factor
from app.users import repository
from app.users.models import User
from app.users.schemas import UserRead, UserUpdate

router = Router(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserRead)
@require(READ_ACCOUNT)
@open_without_second_factor
async def get_me(session: Session, current: CurrentUser, response: Response) -> User:
    """Your account."""
    user = await repository.get(session, current.id)
    etag(response, user)
    return user


@router.patch("/me", response_model=UserRead)
@require(WRITE_ACCOUNT)
async def update_me(
    session: Session, current: CurrentUser, changes: UserUpdate, if_match: IfMatch, response: Response
) -> User:
    """Change your account."""
    user = await repository.get(session, current.id)
    if_match.check(user)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(user, name, value)
    await session.flush()
    etag(response, user)
    return user
