"""The current password, asked for again amid a login, cannot be guessed at leisure."""

from httpx2 import AsyncClient

from app.auth.policy import POLICY
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

FREE = POLICY.lockout_failures


async def test_the_current_password_cannot_be_guessed_either(
    alice: AsyncClient, audit_trail: AuditTrail
) -> None:
    """Whoever finds an open login has as few guesses; the login itself goes on."""
    wrong = {"current_password": "a wrong password", "new_password": "staple battery horse"}
    for _ in range(FREE):
        await alice.post("/api/v1/auth/password", json=wrong)

    response = await alice.post("/api/v1/auth/password", json={**wrong, "current_password": PASSWORD})

    assert (403, "wrong_password") == (response.status_code, response.json()["code"])
    assert "locked" == (await audit_trail("reauthentication"))[-1].details["reason"]
    assert 200 == (await alice.get("/api/v1/users/me")).status_code


async def test_a_request_that_cannot_be_read_is_no_guess(alice: AsyncClient) -> None:
    """The password in it was never looked at."""
    for _ in range(FREE + 1):
        short = {"current_password": PASSWORD, "new_password": "short"}
        assert 422 == (await alice.post("/api/v1/auth/password", json=short)).status_code

    good = {"current_password": PASSWORD, "new_password": "staple battery horse"}
    assert 204 == (await alice.post("/api/v1/auth/password", json=good)).status_code


async def test_the_right_password_and_a_poor_new_one_is_no_failure(alice: AsyncClient) -> None:
    """Whoever looks for a new password that will do is not locked out."""
    for _ in range(FREE + 1):
        poor = {"current_password": PASSWORD, "new_password": "passwordpassword"}
        assert 422 == (await alice.post("/api/v1/auth/password", json=poor)).status_code

    good = {"current_password": PASSWORD, "new_password": "staple battery horse"}
    assert 204 == (await alice.post("/api/v1/auth/password", json=good)).status_code
