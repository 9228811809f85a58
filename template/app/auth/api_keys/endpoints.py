"""A user's own API keys. No permission stands here: a key makes, rotates and revokes no keys."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from app.auth.api_keys.models import ApiKey
from app.auth.api_keys.own_keys import OwnApiKeys
from app.auth.api_keys.repository import NEWEST_FIRST
from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRead, ApiKeyRotation
from app.auth.policy import POLICY
from app.http import Router, never_stored, rate_limit
from app.pagination import Page, Paging, paginate_mine

PATH = "/api/v1/api-keys"
ApiKeyId = Annotated[UUID, Path(description="Of one of your API keys")]
router = Router(prefix="/api-keys", tags=["API keys"])


@router.post("", status_code=201, dependencies=[rate_limit(POLICY.api_key_rate)])
@never_stored
async def create_api_key(api_keys: OwnApiKeys, new: ApiKeyCreate, response: Response) -> ApiKeyIssued:
    """Make a key. It is shown in this answer and never again."""
    issued = await api_keys.create(new)
    response.headers["Location"] = f"{PATH}/{issued.id}"
    return issued


@router.get("")
async def list_api_keys(api_keys: OwnApiKeys, paging: Paging) -> Page[ApiKeyRead]:
    """Your API keys, the newest first."""
    return await paginate_mine(api_keys.keys, NEWEST_FIRST, paging, ApiKeyRead)


@router.get("/{api_key_id}", response_model=ApiKeyRead)
async def get_api_key(api_keys: OwnApiKeys, api_key_id: ApiKeyId) -> ApiKey:
    """One of your API keys."""
    return await api_keys.keys.get(api_key_id)


@router.delete("/{api_key_id}", status_code=204)
async def revoke_api_key(api_keys: OwnApiKeys, api_key_id: ApiKeyId) -> None:
    """End a key at once."""
    await api_keys.revoke(api_key_id)


@router.post("/{api_key_id}/rotation", status_code=201, dependencies=[rate_limit(POLICY.api_key_rate)])
@never_stored
async def rotate_api_key(
    api_keys: OwnApiKeys, api_key_id: ApiKeyId, rotation: ApiKeyRotation, response: Response
) -> ApiKeyIssued:
    """Make a key that takes the place of this one, which lives on for a while: time to change over."""
    issued = await api_keys.rotate(api_key_id, rotation)
    response.headers["Location"] = f"{PATH}/{issued.id}"
    return issued
