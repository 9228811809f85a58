"""Nobody takes over the account of a program as they would a person's."""

import pytest
from httpx2 import AsyncClient

from app.db import Database
from app.users import User
from app.users import repository as users

ADDRESS = "export@services.invalid"


@pytest.fixture
async def service(database: Database) -> User:
    new = User(email=ADDRESS, is_service=True)
    return await database.run(lambda session: users.add(session, new))


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("register", {"password": "correct horse battery"}),
        ("login", {"password": "correct horse battery"}),
        ("forgot-password", {}),
    ],
)
async def test_no_way_of_people_leads_to_it(client: AsyncClient, path: str, fields: dict[str, str]) -> None:
    """Its address is one that no mail reaches and no request may name (RFC 2606)."""
    answer = await client.post(f"/api/v1/auth/{path}", json={"email": ADDRESS, **fields})

    assert (422, "/body/email") == (answer.status_code, answer.json()["errors"][0]["pointer"])
