"""What the audit trail tells of refresh tokens."""

from httpx2 import AsyncClient

from tests.fixtures.accounts import AddUser
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

AUTH, ALICE = "/api/v1/auth", "alice@example.com"


async def test_one_used_again_is_written_down(
    client: AsyncClient, add_user: AddUser, audit_trail: AuditTrail
) -> None:
    """It was stolen, or its thief came first: this outlives the refusal."""
    user = await add_user(ALICE)
    login = await client.post(f"{AUTH}/login", json={"email": ALICE, "password": PASSWORD})
    body = {"refresh_token": login.json()["refresh_token"]}
    [opened] = await audit_trail("login")

    codes = [(await client.post(f"{AUTH}/refresh", json=body)).status_code for _ in range(2)]

    [event] = await audit_trail("refresh_token.reused")
    assert [200, 401] == codes
    assert ("refused", user.id, opened.resource_id) == (event.result, event.actor_id, event.resource_id)
    assert body["refresh_token"] not in str(vars(event))
