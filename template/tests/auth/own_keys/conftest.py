"""API keys of users, made in a login."""

from datetime import datetime, timedelta
from typing import Any

from httpx2 import AsyncClient


async def make_key(owner: AsyncClient, *scopes: str, **fields: Any) -> dict[str, Any]:
    """Let somebody who is logged in make a key."""
    body = {"name": "Nightly export", "scopes": scopes or ["account:read"], **fields}
    answer = await owner.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def days_of(key: dict[str, Any]) -> int:
    """For how many days it was made."""
    span = datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"])
    return round(span / timedelta(days=1))
