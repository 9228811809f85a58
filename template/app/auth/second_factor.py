"""Who must have a second factor, by policy, and has none yet: until then hardly any route is open."""

from fastapi import Request
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import SecondFactor
from app.auth.policy import POLICY
from app.auth.principal import Principal
from app.errors import Forbidden
from app.users import User


class SecondFactorMissing(Forbidden):
    """Your account must have a second factor. Until it has one, you can add it, and hardly anything else."""

    code, title = "second_factor_missing", "Add a second factor to your account first"


async def demand_second_factor(request: Request, session: AsyncSession, principal: Principal) -> None:
    """Refuse whoever must have a second factor and has none, on any route not marked as open to them.

    An API key is refused, too: it can do no more than its owner. Raises SecondFactorMissing.
    """
    if principal.role not in POLICY.second_factor_required_for:
        return
    if getattr(request.scope["route"].endpoint, "open_without_second_factor", False):
        return
    # An account without a password is a program's, or proven elsewhere: there is nothing to be second to.
    confirmed = exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))
    lacking = select(User.id).where(User.id == principal.id, User.password_hash.is_not(None), ~confirmed)
    if await session.scalar(lacking) is not None:
        raise SecondFactorMissing
