"""Writing the audit trail."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record, record_refusal
from app.db import Database, Origin, new_id, set_origin
from app.errors import Forbidden
from tests.fixtures.trail import AuditTrail

PAYMENT = Event("bill.paid", new_id(), ("bill", 7), {"amount": 12})


async def test_what_is_done_is_written_down_with_it(database: Database, audit_trail: AuditTrail) -> None:
    """Who, what, when, to what, and that it was done."""

    async def pay(session: AsyncSession) -> None:
        record(session, PAYMENT)

    await database.run(pay)

    [event] = await audit_trail()
    assert ("bill.paid", "done", PAYMENT.actor_id) == (event.action, event.result, event.actor_id)
    assert ("bill", "7", {"amount": 12}) == (event.resource_type, event.resource_id, event.details)
    assert (None, None, None) == (event.address, event.user_agent, event.request_id)


async def test_what_is_rolled_back_was_never_done(database: Database, audit_trail: AuditTrail) -> None:
    """The trail tells of nothing that is not there."""

    async def fail(session: AsyncSession) -> None:
        record(session, PAYMENT)
        raise Forbidden

    with pytest.raises(Forbidden):
        await database.run(fail)

    assert [] == await audit_trail()


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_refusal_outlives_its_rollback(
    database: Database, audit_trail: AuditTrail, read_only: bool
) -> None:
    """Also in a GET, whose session writes nothing; where it came from is known though its session is gone."""

    async def refuse(session: AsyncSession) -> None:
        set_origin(session, Origin("203.0.113.7", "curl/8", "r1"))
        record_refusal(session, PAYMENT)
        raise Forbidden

    with pytest.raises(Forbidden):
        await database.run(refuse, read_only=read_only)

    [event] = await audit_trail()
    assert ("bill.paid", "refused", PAYMENT.actor_id) == (event.action, event.result, event.actor_id)
    assert ("203.0.113.7", "curl/8", "r1") == (event.address, event.user_agent, event.request_id)


async def test_it_tells_from_where(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """Of a request: the address, the program, and the id under which the log tells more."""
    headers = {"User-Agent": "Browser " + "x" * 500, "X-Request-ID": "try-1"}

    await alice.get("/api/v1/users", headers=headers)

    [event] = await audit_trail("permission.denied")
    assert ("127.0.0.1", "try-1") == (event.address, event.request_id)
    assert ("Browser " + "x" * 500)[:200] == event.user_agent
