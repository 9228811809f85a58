"""The rules of the second factor: added by password and code, changed and removed by both."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.mails import notice
from app.accounts.second_factor import sealing, totp
from app.accounts.second_factor.errors import NoSecondFactor, SecondFactorExists, WrongCode
from app.accounts.second_factor.recovery_codes import replace_codes
from app.accounts.second_factor.schemas import Enrolment
from app.accounts.second_factor.throttle import forget_guesses
from app.audit import Event, record
from app.auth.models import SecondFactor
from app.auth.sessions import end_logins
from app.db import utc_now
from app.email import send
from app.settings import Settings
from app.users import User


class SecondFactorService:
    """The second factor of one user, who has proven the password, and a code where there is a factor."""

    def __init__(self, session: AsyncSession, settings: Settings, user: User) -> None:
        self.session = session
        self.settings = settings
        self.user = user

    async def begin(self) -> Enrolment:
        """Make a secret, which counts once it is confirmed. Raises SecondFactorExists."""
        if factor := await self._factor():
            if factor.confirmed_at:
                raise SecondFactorExists
            await self.session.delete(factor)
            await self.session.flush()
        secret = totp.new_secret()
        sealed = sealing.seal(self.settings, self.user.id, secret)
        self.session.add(SecondFactor(user_id=self.user.id, sealed_secret=sealed))
        self._record("second_factor.begun")
        return Enrolment(uri=totp.uri(secret, self.user.email), secret=totp.typed(secret))

    async def confirm(self, code: str) -> list[str]:
        """Let the factor count from now on, and give its recovery codes.

        All logins end: they were opened without it. Raises NoSecondFactor, SecondFactorExists or WrongCode.
        """
        factor = await self._factor()
        if factor is None:
            raise NoSecondFactor
        if factor.confirmed_at:
            raise SecondFactorExists
        secret = sealing.unseal(self.settings, self.user.id, factor.sealed_secret)
        step = totp.step_of(secret, code, utc_now()) if secret else None
        if step is None:
            raise WrongCode
        factor.confirmed_at, factor.last_step = utc_now(), step
        await self.session.flush()
        await forget_guesses(self.session, self.user.id)
        await end_logins(self.session, self.user.id)
        await self._tell("second_factor_added")
        self._record("second_factor.added")
        return await replace_codes(self.session, self.user.id)

    async def renew_recovery_codes(self) -> list[str]:
        """Make new recovery codes in place of the old ones. Raises NoSecondFactor."""
        await self._demand_factor()
        await self._tell("recovery_codes_renewed")
        self._record("recovery_codes.renewed")
        return await replace_codes(self.session, self.user.id)

    async def remove(self) -> None:
        """Remove the factor and its recovery codes; all logins end. Raises NoSecondFactor."""
        await self._demand_factor()
        await self._end()
        self._record("second_factor.removed")

    async def reset(self) -> None:
        """Remove the factor of somebody who has lost it, in the name of whoever runs this service."""
        await self._demand_factor()
        await self._end()
        record(self.session, Event("second_factor.reset", resource=("user", self.user.id)))

    async def _end(self) -> None:
        await self.session.execute(delete(SecondFactor).where(SecondFactor.user_id == self.user.id))
        await forget_guesses(self.session, self.user.id)
        await end_logins(self.session, self.user.id)
        await self._tell("second_factor_removed")

    async def _demand_factor(self) -> None:
        factor = await self._factor()
        if factor is None or not factor.confirmed_at:
            raise NoSecondFactor

    async def _factor(self) -> SecondFactor | None:
        # Logins wait for this lock, too (check_password): none is opened by the password alone meanwhile.
        await self.session.execute(select(User.id).where(User.id == self.user.id).with_for_update())
        return await self.session.get(SecondFactor, self.user.id)

    async def _tell(self, template: str) -> None:
        await send(self.session, notice(self.user.email, template, self.settings.frontend_url))

    def _record(self, action: str) -> None:
        record(self.session, Event(action, self.user.id, ("user", self.user.id)))
