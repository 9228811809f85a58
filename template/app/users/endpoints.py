"""The user's own account."""

from fastapi import Request, Response

from app.audit import Event, record
from app.auth import CurrentUser
from app.auth.credentials import withdraw
from app.auth.permissions import READ_ACCOUNT, require
from app.auth.policy import POLICY
from app.auth.reauthentication import Reauthentication
from app.auth.schemas import CurrentPassword
from app.db import Session
from app.email import Email, send
from app.http import IfMatch, Router, etag, never_stored, rate_limit
from app.users import repository
from app.users.models import User
from app.users.schemas import UserRead, UserUpdate

router = Router(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserRead)
@require(READ_ACCOUNT)
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


# Not DELETE: it wants a body, to which DELETE gives no meaning (RFC 9110 section 9.3.5).
@router.post(
    "/me/deletion",
    status_code=204,
    dependencies=[rate_limit(POLICY.reauthentication_rate, on_outage="refuse")],
)
@never_stored
async def delete_me(
    request: Request, response: Response, proof: Reauthentication, body: CurrentPassword, if_match: IfMatch
) -> None:
    """Delete your account with everything in it. There is no way back."""
    session, user = proof.session, await proof.owner(body.current_password)
    if_match.check(user)
    if await repository.lock_admins(session) == {user.id}:
        raise repository.LastAdmin
    record(session, Event("user.deleted", user.id, ("user", user.id)))
    await send(session, Email(user.email, "account_deleted"))
    await repository.delete(session, user)
    withdraw(request, response)
