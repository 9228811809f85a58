"""What a role may do."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from app.auth import ADMINS, EVERYBODY, Permission, Principal
from app.auth.permissions import PERMISSIONS, READ_AUDIT, READ_USERS, WRITE_USERS
from app.db import Database, new_id
from app.users import Role
from tests.fixtures.accounts import change_user

USERS, ME, ADMIN = "/api/v1/users", "/api/v1/users/me", "admin@example.com"


@pytest.fixture
def own_permissions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A permission made in a test is forgotten after it."""
    for name in ("things:read", "things:write"):
        monkeypatch.setitem(PERMISSIONS, name, Permission.__new__(Permission))
        monkeypatch.delitem(PERMISSIONS, name)


def principal(role: Role, *scopes: Permission | None) -> Principal:
    names = frozenset(scope.name for scope in scopes if scope) if scopes else None
    return Principal(new_id(), "x@example.com", role, scopes=names)


def code(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_the_platforms_permissions_are_for_administrators() -> None:
    """Everybody else needs none for what is their own."""
    asked = (READ_USERS, WRITE_USERS, READ_AUDIT)

    assert [True] * 3 == [principal(Role.ADMIN).may(permission) for permission in asked]
    assert [False] * 3 == [principal(Role.USER).may(permission) for permission in asked]


@pytest.mark.usefixtures("own_permissions")
def test_a_permission_names_the_roles_that_have_it() -> None:
    """Administrators, unless it says otherwise."""
    kinds = (Permission("things:write"), Permission("things:read", EVERYBODY))

    assert [ADMINS, EVERYBODY] == [kind.roles for kind in kinds]
    assert [False, True] == [principal(Role.USER).may(kind) for kind in kinds]


@pytest.mark.usefixtures("own_permissions")
def test_two_permissions_cannot_have_one_name() -> None:
    """One would give what the other one forbids."""
    Permission("things:read", EVERYBODY)

    with pytest.raises(ValueError, match="two permissions are called 'things:read'"):
        Permission("things:read")


def test_scopes_take_away_and_never_add() -> None:
    """A key has what is in its scopes and what its owner's role has, no more."""
    reader = principal(Role.ADMIN, READ_USERS)
    overreaching = principal(Role.USER, READ_USERS)
    useless = principal(Role.ADMIN, None)

    assert [True, False] == [reader.may(permission) for permission in (READ_USERS, WRITE_USERS)]
    assert [False, False] == [one.may(READ_USERS) for one in (overreaching, useless)]


async def test_a_right_is_lost_with_the_role_at_once(admin: AsyncClient, database: Database) -> None:
    """The role is read at each request; no token tells it."""
    before = (await admin.get(USERS)).status_code

    await change_user(database, ADMIN, role=Role.USER)

    assert (200, (403, "permission_denied")) == (before, code(await admin.get(USERS)))


async def test_an_old_answer_is_not_shown_to_whoever_may_not_any_more(
    admin: AsyncClient, alice: AsyncClient, database: Database
) -> None:
    """Nor is the key of the request a way around."""
    hers = (await alice.get(ME)).json()["id"]
    request: dict[str, Any] = {"json": {}, "headers": {"Idempotency-Key": str(uuid4())}}
    first = await admin.patch(f"{USERS}/{hers}", **request)
    again = await admin.patch(f"{USERS}/{hers}", **request)

    await change_user(database, ADMIN, role=Role.USER)

    assert (200, "true") == (first.status_code, again.headers["idempotent-replayed"])
    assert (403, "permission_denied") == code(await admin.patch(f"{USERS}/{hers}", **request))
