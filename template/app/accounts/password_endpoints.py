"""A new password."""

from fastapi import Request, Response

from app.accounts import password_changes
from app.accounts.reauthentication import Reauthentication
from app.accounts.schemas import Accepted, AddressOfAccount, PasswordChange, PasswordReset
from app.auth.credentials import renew
from app.auth.policy import POLICY
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public

router = Router(prefix="/auth", tags=["auth"])


@router.post(
    "/password",
    status_code=204,
    dependencies=[rate_limit(POLICY.reauthentication_rate, on_outage="refuse")],
)
@never_stored
async def change_password(
    request: Request,
    response: Response,
    session: Session,
    proof: Reauthentication,
    change: PasswordChange,
) -> None:
    """Change your password. Your other logins end, and a mail tells you so."""
    await password_changes.change_password(
        session,
        await proof.owner(change),
        change.new_password,
        kept_login=proof.current.session_id,
        frontend_url=request.app.state.settings.frontend_url,
    )
    await renew(request, response, session, proof.current)


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
