"""The end of an account, by its owner."""

from fastapi import Request, Response
from sqlalchemy import select

from app.auth.credentials import withdraw
from app.auth.current_user import CurrentUser
from app.auth.models import LoginSession
from app.auth.oidc.identity import VerifiedToken
from app.auth.policy import POLICY
from app.db import Session, utc_now
from app.errors import Forbidden
from app.http import IfMatch, Router, never_stored, rate_limit
from app.users import repository
from app.users.deletion import delete_account

router = Router(prefix="/users", tags=["users"])


class LoginTooOld(Forbidden):
    """Log in again first: a login that was left open somewhere must not be able to do this."""

    code, title = "login_too_old", "This needs a login of the last minutes"


@router.post(
    "/me/deletion",
    status_code=204,
    dependencies=[rate_limit(POLICY.reauthentication_rate, on_outage="refuse")],
)
@never_stored
async def delete_me(
    request: Request, response: Response, session: Session, current: CurrentUser, if_match: IfMatch
) -> None:
    """Delete your account here with everything in it. There is no way back; that at the provider stays."""
    identity = request.scope["identity"]
    if isinstance(identity, VerifiedToken):
        since = identity.claims.authenticated_at
    else:
        opened = select(LoginSession.created_at).where(LoginSession.id == current.session_id)
        since = (await session.scalars(opened)).one()
    if since < utc_now() - POLICY.recent_login:
        raise LoginTooOld
    user = await repository.get(session, current.id)
    if_match.check(user)
    await delete_account(session, user)
    withdraw(request, response)
