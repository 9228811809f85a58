"""Accounts and logins. What a login gives to the client depends on the style: credentials.py."""

from fastapi import Request, Response

from app.accounts import service
from app.accounts.logins import check_login
from app.accounts.schemas import Accepted, LoginRequest, Registration, Token
from app.auth.credentials import LoginAnswer, issue
from app.auth.policy import POLICY
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import public

router = Router(prefix="/auth", tags=["auth"])


@router.post(
    "/register",
    status_code=202,
    dependencies=[rate_limit(POLICY.register_rate, by="address", on_outage="refuse")],
)
@public
@never_stored
async def register(request: Request, session: Session, registration: Registration) -> Accepted:
    """Open an account. The answer is the same whether or not the address has one; the rest comes by mail."""
    await service.register(session, registration, request.app.state.settings.frontend_url)
    return Accepted(detail="If this address can be registered, a mail with a link is on its way.")


@router.post(
    "/verify-email",
    status_code=204,
    dependencies=[rate_limit(POLICY.link_rate, by="address", on_outage="refuse")],
)
@public
async def verify_email(session: Session, link: Token) -> None:
    """Confirm an address with the token from the mail."""
    await service.verify_email(session, link.token)


@router.post(
    "/login",
    dependencies=[rate_limit(POLICY.login_rate, by="address", on_outage="refuse")],
    responses={401: {}, 403: {}},
)
@public
@never_stored
async def login(
    request: Request, response: Response, session: Session, credentials: LoginRequest
) -> LoginAnswer:
    """Log in with address and password.

    Where the account has a second factor, the answer to these alone is 401 `second_factor_required`: the same
    again, with a `code`, logs in.
    """
    user_id = await check_login(session, request.app.state.settings, credentials)
    return await issue(request, response, session, user_id)
