"""The user's own account."""

from fastapi import Response

from app.audit import Event, record
from app.auth import CurrentUser
from app.db import Session
from app.http import IfMatch, Router, etag
from app.users import repository
from app.users.models import User
from app.users.schemas import UserRead, UserUpdate

router = Router(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserRead)
async def get_me(session: Session, current: CurrentUser, response: Response) -> User:
    """Your account."""
    user = await repository.get(session, current.id)
    etag(response, user)
    return user


@router.patch("/me", response_model=UserRead)
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


@router.delete("/me", status_code=204)
async def delete_me(session: Session, current: CurrentUser, if_match: IfMatch) -> None:
    """Delete your account with everything in it. There is no way back."""
    user = await repository.get(session, current.id)
    if_match.check(user)
    if await repository.lock_admins(session) == {user.id}:
        raise repository.LastAdmin
    record(session, Event("user.deleted", current.id, ("user", user.id)))
    await repository.delete(session, user)
