"""Guessing is slowed down: after some failures each attempt costs a pause, and the pauses grow.

An attempt is counted, and committed, before the password is looked at: however many come at once, no more
are let through than may be. Whoever turns out to be right gets the count back.

Failures are counted by account, also for addresses that nobody has, and by client address. An account is
counted apart for each client address from which its user has logged in before, so that no stranger can
lock the owner out.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from sqlalchemy import Table, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import AttemptCount, LoginSession
from app.auth.policy import POLICY
from app.db import origin_of, utc_now
from app.db.engine import insert_if_absent
from app.users import User

_table = cast(Table, AttemptCount.__table__)


@dataclass(frozen=True)
class Counter:
    """What is counted, how many are free, and how long after the last one it is remembered."""

    name: str
    free: int
    memory: timedelta

    @property
    def key_hash(self) -> str:
        """Under which it is counted."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def pause(self, attempts: int) -> timedelta:
        """How long nobody may try after so many in vain."""
        if attempts < self.free:
            return timedelta()
        times: int = 2 ** min(attempts - self.free, 30)
        return min(POLICY.lockout_first_pause * times, POLICY.lockout_longest_pause)


@dataclass(frozen=True)
class Attempt:
    """One guess at the password of an account."""

    account: Counter
    origin: Counter
    place: str  # the client address, where the user has logged in from it before
    admitted: bool


async def admit(session: AsyncSession, counter: Counter) -> bool:
    """Count one, and tell whether it may be tried. What may not is not counted."""
    count = select(_table.c.attempts, _table.c.blocked_until, _table.c.expires_at)
    mine = _table.c.key_hash == counter.key_hash
    found = (await session.execute(count.where(mine).with_for_update())).one_or_none()
    if found is None:
        row = {"key_hash": counter.key_hash, **_after(counter, 1)}
        # Somebody else may count the first one at this moment: then this is the second.
        return await insert_if_absent(session, _table, row) or await admit(session, counter)
    now = utc_now()  # only here: whoever held the row meanwhile has written a later moment
    forgotten = found.expires_at <= now
    admitted: bool = forgotten or (found.blocked_until <= now and found.attempts < POLICY.lockout_cap)
    values = _after(counter, 1 if forgotten else found.attempts + 1) if admitted else found._asdict()
    # Written in any case: what is refused takes as long as what is not.
    await session.execute(update(_table).where(mine).values(values))
    return admitted


def _after(counter: Counter, attempts: int) -> dict[str, object]:
    blocked_until = utc_now() + counter.pause(attempts)
    return {
        "attempts": attempts,
        "blocked_until": blocked_until,
        "expires_at": blocked_until + counter.memory,
    }


async def begin_attempt(session: AsyncSession, email: str) -> Attempt:
    """Count an attempt to prove the password of the account with this address."""
    address = origin_of(session).address or "unknown"
    origin = Counter(
        f"address:{_network(address)}", POLICY.lockout_address_failures, POLICY.lockout_address_memory
    )
    known = select(LoginSession.id).join(User).where(User.email == email, LoginSession.address == address)
    at_home = await session.scalar(known.limit(1)) is not None
    place = address if at_home else ""
    account = account_counter(email, place)
    # An address that is blocked cannot fill the table with accounts.
    admitted = await admit(session, origin) and await admit(session, account)
    return Attempt(account, origin, place, admitted)


async def forgive(session: AsyncSession, attempt: Attempt) -> None:
    """The password was right: nothing is held against the account, nor this attempt against the address."""
    await session.execute(delete(_table).where(_table.c.key_hash == attempt.account.key_hash))
    await give_back(session, attempt.origin)


async def take_back(session: AsyncSession, attempt: Attempt) -> None:
    """The attempt was none in vain, nor was it right: it is as if it had not been."""
    if attempt.admitted:
        await give_back(session, attempt.account)
        await give_back(session, attempt.origin)


async def forgive_account(session: AsyncSession, email: str) -> None:
    """There is a new password: failures to guess the old one count no more, from wherever it was tried."""
    places = ("", origin_of(session).address or "unknown")
    keys = [account_counter(email, place).key_hash for place in places]
    await session.execute(delete(_table).where(_table.c.key_hash.in_(keys)))


async def give_back(session: AsyncSession, counter: Counter) -> None:
    """Take one attempt back: it was none in vain. The pause it began ends."""
    fewer = case((_table.c.attempts > 0, _table.c.attempts - 1), else_=0)
    values = {"attempts": fewer, "blocked_until": utc_now()}
    await session.execute(update(_table).where(_table.c.key_hash == counter.key_hash).values(values))


def account_counter(email: str, place: str = "") -> Counter:
    """Failures for an account; from a place that its user has logged in from before, they count apart."""
    return Counter(f"account:{email} {place}", POLICY.lockout_failures, POLICY.lockout_memory)


def mail_counter(email: str, purpose: str) -> Counter:
    """Mails that strangers have sent to an address; those for one purpose keep back no others."""
    return Counter(f"mail:{purpose} {email}", POLICY.mails_to_address, POLICY.mails_to_address_memory)


def _network(address: str) -> str:
    """Whose address it is: of IPv6, a customer has a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:  # a proxy may tell anything
        return address
    return str(ip_network((ip, 64), strict=False)) if isinstance(ip, IPv6Address) else address
