"""Everybody's accounts, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response
from pydantic import BeforeValidator, StringConstraints
from sqlalchemy import select

from app.audit import Event, record, record_refusal
from app.auth import CurrentUser
from app.auth.api_keys import delete_keys
from app.auth.current_user import PermissionDenied
from app.auth.permissions import READ_USERS, WRITE_USERS, require
from app.auth.sessions import end_logins
from app.db import Session, utc_now
from app.http import IfMatch, Router, etag
from app.http.preconditions import Precondition
from app.pagination import Page, Paging, Sort, paginate
from app.users import repository
from app.users.models import Role, User
from app.users.schemas import AccountRead, AccountUpdate
from app.validation import clean_line

NEWEST_FIRST = Sort(User.created_at, User.id, descending=True)


class UserAdministration:
    """What an administrator does with accounts; each change is in the audit trail."""

    def __init__(self, session: Session, current: CurrentUser) -> None:
        self.session = session
        self.current = current

    async def update(self, user_id: UUID, changes: AccountUpdate, if_match: Precondition) -> User:
        """Change the role, disable or enable. Raises LastAdmin when nobody could administer any more."""
        admins = await repository.lock_admins(self.session)
        if self.current.role is Role.ADMIN and self.current.id not in admins:
            # Somebody else was faster: since this request began, its caller is an administrator no more.
            denied = Event(
                "permission.denied", self.current.id, ("user", user_id), {"needed": WRITE_USERS.name}
            )
            record_refusal(self.session, denied)
            raise PermissionDenied("You are not an administrator any more.")
        user = await repository.get(self.session, user_id)
        if_match.check(user)
        if changes.role not in {None, user.role}:
            self._record("user.role_changed", user, role=changes.role, before=user.role)
            user.role = Role(changes.role)
            await end_logins(self.session, user.id)  # a login never has more rights than when it was opened
        if changes.disabled not in {None, user.disabled_at is not None}:
            self._record("user.disabled" if changes.disabled else "user.enabled", user)
            user.disabled_at = utc_now() if changes.disabled else None
            # At enabling, too: one that was being opened while the account was disabled must not revive.
            await end_logins(self.session, user.id)
            await delete_keys(self.session, user.id)
        if admins == {user.id} and (user.role != Role.ADMIN or user.disabled_at):
            raise repository.LastAdmin
        await self.session.flush()
        return user

    def _record(self, action: str, user: User, **details: object) -> None:
        record(self.session, Event(action, self.current.id, ("user", user.id), details))


# Not the class itself: FastAPI would call it in a thread.
async def _administration(session: Session, current: CurrentUser) -> UserAdministration:
    return UserAdministration(session, current)


Administration = Annotated[UserAdministration, Depends(_administration)]
# Also one that no mail reaches, such as a program's.
Sought = Annotated[str, BeforeValidator(clean_line), StringConstraints(max_length=254, to_lower=True)]
UserId = Annotated[UUID, Path(description="Of a user")]
router = Router(prefix="/users", tags=["administration"])


@router.get("")
@require(READ_USERS)
async def list_users(
    session: Session,
    _current: CurrentUser,
    paging: Paging,
    email: Annotated[Sought | None, Query(description="Only the one with this address")] = None,
) -> Page[AccountRead]:
    """Every account, the newest first."""
    query = select(User) if email is None else select(User).where(User.email == email)
    return await paginate(session, query, NEWEST_FIRST, paging, AccountRead)


@router.get("/{user_id}", response_model=AccountRead)
@require(READ_USERS)
async def get_user(session: Session, _current: CurrentUser, user_id: UserId, response: Response) -> User:
    """One account."""
    user = await repository.get(session, user_id)
    etag(response, user)
    return user


@router.patch("/{user_id}", response_model=AccountRead)
@require(WRITE_USERS)
async def update_user(
    users: Administration, user_id: UserId, changes: AccountUpdate, if_match: IfMatch, response: Response
) -> User:
    """Change a role, or disable an account: all its logins end at once."""
    user = await users.update(user_id, changes, if_match)
    etag(response, user)
    return user
