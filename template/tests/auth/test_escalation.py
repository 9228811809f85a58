"""Nobody makes more of themselves than they are (OWASP API3:2023 and API5:2023)."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.users import Role
from tests.fixtures.accounts import AddUser, Login

USERS, ME = "/api/v1/users", "/api/v1/users/me"


def code(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


ESCALATIONS = [
    {"role": "admin"},
    {"is_admin": True},
    {"is_service": True},
    {"disabled": False},
    {"disabled_at": None},
    {"email_verified_at": "2026-01-01T00:00:00Z"},
    {"password_hash": "$argon2id$v=19$m=8,t=1,p=1$eA$eA"},
    {"id": "00000000-0000-7000-8000-000000000000"},
    {"version": 7},
]


@pytest.mark.parametrize("escalation", ESCALATIONS, ids=lambda one: next(iter(one)))
async def test_nobody_makes_more_of_themselves(alice: AsyncClient, escalation: dict[str, Any]) -> None:
    """Not beside a change that is allowed either."""
    answer = await alice.patch(ME, json={"name": "Eve", **escalation})

    me = (await alice.get(ME)).json()
    assert (422, "user", None) == (answer.status_code, me["role"], me["name"])


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"X-HTTP-Method-Override": "PATCH", "X-Role": "admin", "X-Forwarded-User": "admin"}},
        {"params": {"role": "admin", "user_id": "me"}},
        {"cookies": {"role": "admin"}},
    ],
    ids=["headers", "query", "cookie"],
)
async def test_a_role_is_not_what_a_request_says(alice: AsyncClient, change: dict[str, Any]) -> None:
    """It stands in the database alone."""
    alice.cookies.update(change.pop("cookies", {}))

    assert (403, "permission_denied") == code(await alice.get(USERS, **change))


async def test_no_user_reaches_the_route_of_administrators_for_themselves(alice: AsyncClient) -> None:
    """The id of one's own account opens nothing there."""
    me = (await alice.get(ME)).json()["id"]

    answers = [
        await alice.get(f"{USERS}/{me}"),
        await alice.patch(f"{USERS}/{me}", json={"role": "admin"}),
        await alice.patch(f"{USERS}/{me}", json={"disabled": False}),
        await alice.get(USERS, params={"email": "alice@example.com"}),
    ]

    assert [(403, "permission_denied")] * 4 == [code(answer) for answer in answers]
    assert "user" == (await alice.get(ME)).json()["role"]


async def test_the_first_to_come_is_no_administrator(login: Login, add_user: AddUser) -> None:
    """Only a command and an administrator make one."""
    user = await add_user("first@example.com")

    first = await login("first@example.com")

    assert Role.USER == user.role
    assert 403 == (await first.get(USERS)).status_code
