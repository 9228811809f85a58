"""A new password."""

from fastapi import Request, Response

from app.accounts import password_changes
from app.accounts.reauthentication import Reauthentication
from app.accounts.schemas import Accepted, AddressOfAccount, PasswordChange, PasswordReset
from app.auth.credentials import LoginAnswer, issue
from app.auth.policy import POLICY
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public

router = Router(prefix="/auth", tags=["auth"])


@router.post(
    "/password",
    dependencies=[rate_limit(POLICY.reauthentication_rate, on_outage="refuse")],
)
@never_stored
async def change_password(
    request: Request,
    response: Response,
    session: Session,
    proof: Reauthentication,
    change: PasswordChange,
) -> LoginAnswer:
    """Change your password. All your logins end; the answer is that of a new one, and a mail tells you so."""
    user = await proof.owner(change)
    # A login of its own (ASVS 5.0 7.2.4): whoever has a copy of what this one was opened with is out.
    await password_changes.change_password(
        session, user, change.new_password, frontend_url=request.app.state.settings.frontend_url
    )
    return await issue(request, response, session, user.id)


@router.post(
    "/forgot-password",
    status_code=202,
    dependencies=[rate_limit(POLICY.forgot_rate, by="address", on_outage="refuse")],
)
@public
async def forgot_password(request: Request, session: Session, account: AddressOfAccount) -> Accepted:
    """Ask for a link to set a new password. The answer is the same whether or not there is an account."""
    await password_changes.send_reset_link(session, account.email, request.app.state.settings.frontend_url)
    return Accepted(detail="A mail is on its way to this address.")


@router.post(
    "/reset-password",
    status_code=204,
    dependencies=[rate_limit(POLICY.link_rate, by="address", on_outage="refuse")],
)
@public
@never_stored
async def reset_password(request: Request, session: Session, reset: PasswordReset) -> None:
    """Set a new password with the token from the mail. All logins end; log in with the new password."""
    await password_changes.reset_password(session, reset, request.app.state.settings.frontend_url)
