"""A user's own logins: where they are logged in, and out with any of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from sqlalchemy import select

from app.audit import Event, record
from app.auth.credentials import withdraw
from app.auth.current_user import CurrentUser
from app.auth.models import LoginSession
from app.auth.schemas import SessionRead
from app.auth.sessions import end_login, end_logins
from app.db import Session, utc_now
from app.errors import Conflict, NotFound
from app.http import Router
from app.marks import open_without_second_factor
from app.pagination import Page, Paging, Sort, paginate


class NoSession(Conflict):
    """No login here leads to this request, but a token of somebody else's: it ends where it was issued."""

    code, title = "no_session", "There is no login here to end"


NEWEST_FIRST = Sort(LoginSession.created_at, LoginSession.id, descending=True)
router = Router(prefix="/auth", tags=["auth"])


@router.get("/sessions")
async def list_sessions(session: Session, current: CurrentUser, paging: Paging) -> Page[SessionRead]:
    """Where you are logged in."""
    open_ones = select(LoginSession).where(
        LoginSession.user_id == current.id,
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > utc_now(),
    )
    page = await paginate(session, open_ones, NEWEST_FIRST, paging, SessionRead)
    for item in page.items:
        item.current = item.id == current.session_id
    return page


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(
    session: Session,
    current: CurrentUser,
    session_id: Annotated[UUID, Path(description="One of your logins")],
) -> None:
    """End one of your logins, on whatever device: its credentials are worthless at once."""
    if not await end_login(session, session_id, user_id=current.id):
        raise NotFound
    record(session, Event("session.ended", current.id, ("session", session_id)))


@router.post("/logout", status_code=204)
@open_without_second_factor
async def logout(request: Request, response: Response, session: Session, current: CurrentUser) -> None:
    """End this login; its credentials are worthless at once."""
    if current.session_id is None:
        raise NoSession
    await end_login(session, current.session_id, user_id=current.id)
    withdraw(request, response)
    record(session, Event("logout", current.id, ("session", current.session_id)))


@router.post("/logout-all", status_code=204)
@open_without_second_factor
async def logout_all(request: Request, response: Response, session: Session, current: CurrentUser) -> None:
    """End all your logins, this one too."""
    await end_logins(session, current.id)
    withdraw(request, response)
    record(session, Event("logout.all", current.id))
