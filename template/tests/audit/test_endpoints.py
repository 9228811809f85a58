"""Reading the audit trail."""

from typing import Any

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.db import Database, new_id
from tests.fixtures.logs import Logged
from tests.fixtures.trail import AuditTrail

EVENTS = "/api/v1/audit-events"
ALICE, BOB = new_id(), new_id()


async def happen(database: Database, *events: Event) -> None:
    """One after the other."""

    async def work(session: AsyncSession) -> None:
        for event in events:
            record(session, event)

    await database.run(work)


async def pages(client: AsyncClient, **params: Any) -> list[list[str]]:
    """The actions on each page."""
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(EVENTS, params={**params, **cursor})
        assert answer.status_code == 200, answer.text
        found.append([item["action"] for item in answer.json()["items"]])
        if (next_cursor := answer.json()["next_cursor"]) is None:
            return found
        cursor = {"cursor": next_cursor}


async def test_an_event_shows_all_that_is_known(admin: AsyncClient, database: Database) -> None:
    """PCI DSS 10.2.2; NIST SP 800-53 AU-3."""
    await happen(database, Event("bill.paid", ALICE, ("bill", 7), {"amount": 12}))

    event = (await admin.get(EVENTS, params={"actor_id": str(ALICE)})).json()["items"][0]

    assert {"id", "occurred_at", "user_agent", "address", "request_id"} < set(event)
    assert ("bill.paid", "done", str(ALICE)) == (event["action"], event["result"], event["actor_id"])
    assert ("bill", "7", {"amount": 12}) == (event["resource_type"], event["resource_id"], event["details"])


async def test_the_newest_come_first_page_by_page(admin: AsyncClient, database: Database) -> None:
    """Each on one page; the last one is not full."""
    await happen(database, *(Event(f"bill.{number}", ALICE) for number in range(5)))

    shown = await pages(admin, actor_id=str(ALICE), limit=2)
    assert [["bill.4", "bill.3"], ["bill.2", "bill.1"], ["bill.0"]] == shown
    assert shown[0] == (await pages(admin, limit=2))[0]


async def test_one_users_doings_alone(admin: AsyncClient, database: Database) -> None:
    """Page by page as well."""
    await happen(
        database, *(Event(f"{name}.{n}", of) for n in range(2) for name, of in (("a", ALICE), ("b", BOB)))
    )

    assert [["a.1"], ["a.0"]] == await pages(admin, actor_id=str(ALICE), limit=1)
    assert [[]] == await pages(admin, actor_id=str(new_id()))


async def test_nobody_but_administrators_reads_it(alice: AsyncClient, client: AsyncClient) -> None:
    """Not even what is there about oneself: it tells how one is watched."""
    me = (await alice.get("/api/v1/users/me")).json()["id"]

    own = await alice.get(EVENTS, params={"actor_id": me})

    assert (403, "permission_denied") == (own.status_code, own.json()["code"])
    assert 401 == (await client.get(EVENTS)).status_code


async def test_that_it_was_read_is_logged(
    admin: AsyncClient, audit_trail: AuditTrail, logged: Logged
) -> None:
    """By whom and of whom (PCI DSS 10.2.1.3), in the log: a GET writes no row."""
    me = (await admin.get("/api/v1/users/me")).json()["id"]
    before = len(await audit_trail())

    await admin.get(EVENTS, params={"actor_id": str(ALICE)}, headers={"X-Request-ID": "look-1"})

    [line] = logged("audit_trail_read")
    assert (me, str(ALICE), 0, "look-1") == (
        line["actor_id"],
        line["of_actor_id"],
        line["rows"],
        line["request_id"],
    )
    assert before == len(await audit_trail())


async def test_nobody_changes_it(admin: AsyncClient, database: Database, audit_trail: AuditTrail) -> None:
    """There is no such method, on the list or on one event."""
    await happen(database, Event("bill.paid", ALICE))
    [event] = await audit_trail("bill.paid")

    answers = [
        await admin.request(method, path, json={})
        for method in ("POST", "PUT", "PATCH", "DELETE")
        for path in (EVENTS, f"{EVENTS}/{event.id}")
    ]

    assert {404, 405} == {answer.status_code for answer in answers}
    assert 1 == len(await audit_trail("bill.paid"))
