"""A user's own second factor."""

from fastapi import Request, Response
from sqlalchemy import select

from app.accounts.reauthentication import OwnersProof, Reauthentication
from app.accounts.schemas import CurrentPassword
from app.accounts.second_factor.recovery_codes import count_left
from app.accounts.second_factor.schemas import (
    Confirmation,
    Confirmed,
    Enrolment,
    RecoveryCodes,
    SecondFactorRead,
)
from app.accounts.second_factor.service import SecondFactorService
from app.auth import CurrentUser
from app.auth.credentials import LoginAnswer, issue
from app.auth.models import SecondFactor
from app.auth.policy import POLICY
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.marks import open_without_second_factor

router = Router(prefix="/users/me/second-factor", tags=["second factor"])
_LIMIT = rate_limit(POLICY.reauthentication_rate, on_outage="refuse")


async def _own(proof: OwnersProof, body: CurrentPassword) -> SecondFactorService:
    return SecondFactorService(proof.session, proof.settings, await proof.owner(body))


@router.get("")
@open_without_second_factor
async def get_second_factor(session: Session, current: CurrentUser) -> SecondFactorRead:
    """Whether you have a second factor."""
    confirmed_at = select(SecondFactor.confirmed_at).where(SecondFactor.user_id == current.id)
    return SecondFactorRead(
        confirmed_at=await session.scalar(confirmed_at),
        recovery_codes_left=await count_left(session, current.id),
        required=current.role in POLICY.second_factor_required_for,
    )


@router.post("", dependencies=[_LIMIT])
@never_stored
@open_without_second_factor
async def begin_second_factor(proof: Reauthentication, body: CurrentPassword) -> Enrolment:
    """Begin to add an authenticator app. Its secret is shown in this answer and never again."""
    return await (await _own(proof, body)).begin()


@router.post("/confirmation", dependencies=[_LIMIT])
@never_stored
@open_without_second_factor
async def confirm_second_factor(
    request: Request, response: Response, proof: Reauthentication, body: Confirmation
) -> Confirmed:
    """Confirm the app by its first code. From now on a login takes both.

    All your logins end; the answer is that of a new one. The recovery codes are never shown again.
    """
    codes = await (await _own(proof, body)).confirm(body.code)
    login = await issue(request, response, proof.session, proof.current.id)
    return Confirmed(recovery_codes=codes, **login.model_dump())


@router.post("/recovery-codes", dependencies=[_LIMIT])
@never_stored
async def renew_recovery_codes(proof: Reauthentication, body: CurrentPassword) -> RecoveryCodes:
    """Make new recovery codes; the old ones are worth nothing any more. Shown in this answer alone."""
    factors = await _own(proof, body)
    return RecoveryCodes(recovery_codes=await factors.renew_recovery_codes())


# Not DELETE: it wants a body, to which DELETE gives no meaning (RFC 9110 section 9.3.5).
@router.post("/removal", dependencies=[_LIMIT])
@never_stored
async def remove_second_factor(
    request: Request, response: Response, proof: Reauthentication, body: CurrentPassword
) -> LoginAnswer:
    """Remove the second factor with its codes. All your logins end; the answer is that of a new one."""
    await (await _own(proof, body)).remove()
    return await issue(request, response, proof.session, proof.current.id)
