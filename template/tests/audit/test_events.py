"""What is written down about accounts: each is seen where it happens."""

from httpx2 import AsyncClient

from tests.fixtures.trail import AuditTrail

ALICE, ME, LOGIN = "alice@example.com", "/api/v1/users/me", "/api/v1/auth/login"


async def id_of(client: AsyncClient) -> str:
    return str((await client.get(ME)).json()["id"])


async def test_a_denied_permission(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """Who, on which route, and what was missing; also of a GET."""
    me = await id_of(alice)

    for method in ("GET", "PATCH"):
        await alice.request(method, f"/api/v1/users/{me}", json={} if method == "PATCH" else None)

    events = await audit_trail("permission.denied")
    assert [("refused", me)] * 2 == [(event.result, str(event.actor_id)) for event in events]
    assert [
        ("GET /api/v1/users/{user_id}", "users:read"),
        ("PATCH /api/v1/users/{user_id}", "users:write"),
    ] == [(event.resource_id, event.details["needed"]) for event in events]


async def test_what_an_administrator_does(
    admin: AsyncClient, alice: AsyncClient, audit_trail: AuditTrail
) -> None:
    """To whom, and what it was before."""
    me, hers = await id_of(admin), await id_of(alice)

    for changes in ({"role": "admin"}, {"disabled": True}, {"disabled": False}, {"role": "admin"}):
        assert 200 == (await admin.patch(f"/api/v1/users/{hers}", json=changes)).status_code

    events = [event for event in await audit_trail() if event.action.startswith("user.")]
    assert {(me, "user", hers)} == {(str(e.actor_id), e.resource_type, e.resource_id) for e in events}
    assert [
        ("user.role_changed", {"role": "admin", "before": "user"}),
        ("user.disabled", {}),
        ("user.enabled", {}),
    ] == [(event.action, event.details) for event in events]
