"""A new address."""

from fastapi import Request

from app.accounts import email_changes
from app.accounts.reauthentication import Reauthentication
from app.accounts.schemas import Accepted, EmailChange, Token
from app.auth.policy import POLICY
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public

router = Router(prefix="/auth", tags=["auth"])


@router.post(
    "/email",
    status_code=202,
    dependencies=[rate_limit(POLICY.reauthentication_rate, on_outage="refuse")],
)
@never_stored
async def change_email(
    request: Request, session: Session, proof: Reauthentication, change: EmailChange
) -> Accepted:
    """Ask for another address. It counts once it is confirmed by the link that is sent to it."""
    owner = await proof.owner(change)
    frontend_url = request.app.state.settings.frontend_url
    await email_changes.request_email_change(session, owner, change.email, frontend_url)
    return Accepted(detail="A mail is on its way to the new address.")


@router.post(
    "/confirm-email",
    status_code=204,
    dependencies=[rate_limit(POLICY.link_rate, by="address", on_outage="refuse")],
)
@public
async def confirm_email(request: Request, session: Session, link: Token) -> None:
    """Confirm a new address with the token that was sent to it."""
    frontend_url = request.app.state.settings.frontend_url
    await email_changes.confirm_email_change(session, link.token, frontend_url)
