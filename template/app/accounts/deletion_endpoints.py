"""The end of an account, by its owner."""

from fastapi import Request, Response

from app.accounts.reauthentication import Reauthentication
from app.accounts.schemas import CurrentPassword
from app.auth.credentials import withdraw
from app.auth.policy import POLICY
from app.http import IfMatch, Router, never_stored, rate_limit
from app.users.deletion import delete_account

router = Router(prefix="/users", tags=["users"])


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
    session, user = proof.session, await proof.owner(body)
    if_match.check(user)
    await delete_account(session, user)
    withdraw(request, response)
