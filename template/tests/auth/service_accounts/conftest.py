"""Service accounts, as an administrator makes them."""

from typing import Any

from httpx2 import AsyncClient

SERVICES = "/api/v1/service-accounts"


async def open_service(admin: AsyncClient, name: str = "nightly-export", **fields: str) -> str:
    """A new service account; its path."""
    answer = await admin.post(SERVICES, json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def issue(admin: AsyncClient, path: str, *scopes: str, **fields: Any) -> dict[str, Any]:
    """A new key of the service account with this path."""
    body = {"name": "first", "scopes": scopes or ["account:read"], **fields}
    answer = await admin.post(f"{path}/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
