"""Every operation of the service, tried with API keys: nothing opens that no scope names."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.permissions import PERMISSIONS
from app.users import Role
from tests.auth.conftest import NewKey
from tests.fixtures.accounts import AddUser
from tests.rules.operations import Operation, operations_of, refuse
from tests.rules.requests import NoStore, send


async def opened(client: AsyncClient, operations: list[Operation], scopes: set[str]) -> list[str]:
    """The operations that answer other than 403 though no scope of the key names their permission."""
    offenders = []
    for operation in operations:
        permission = getattr(operation.endpoint, "permission", None)
        if not operation.schema or operation.is_marked("public"):
            continue
        if permission is not None and permission.name in scopes:
            continue
        if (status := (await send(client, operation)).status_code) != 403:
            offenders.append(f"{operation}: answers {status} to an API key that has no scope for it")
    return offenders


@pytest.mark.parametrize("scopes", [{"account:read"}, None], ids=["one scope", "every scope"])
async def test_no_operation_opens_to_a_key_without_its_scope(
    app: FastAPI, client: AsyncClient, add_user: AddUser, new_key: NewKey, scopes: set[str] | None
) -> None:
    """Though its owner is an administrator. Logins and passwords name none: no key gets there."""
    app.state.shared_store = NoStore()
    await add_user("root@example.com", role=Role.ADMIN)
    scopes = scopes or set(PERMISSIONS)
    _, key = await new_key(*scopes, owner="root@example.com")
    client.headers["Authorization"] = f"Bearer {key}"
    assert 200 == (await client.get("/api/v1/users/me")).status_code

    refuse(await opened(client, operations_of(app), scopes))
