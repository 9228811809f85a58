"""Service accounts and their keys, for administrators; they are disabled as any user is."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from app.auth.api_keys.models import ApiKey
from app.auth.api_keys.repository import NEWEST_FIRST as NEWEST_KEY_FIRST
from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRead, ApiKeyRotation
from app.auth.current_user import CurrentUser
from app.auth.permissions import READ_SERVICES, WRITE_SERVICES, require
from app.auth.policy import POLICY
from app.auth.service_accounts.schemas import ServiceAccountCreate, ServiceAccountRead
from app.auth.service_accounts.service import ServiceAccounts
from app.db import Session
from app.http import Router, never_stored, rate_limit
from app.pagination import Page, Paging, Sort, paginate
from app.users import User

NEWEST_FIRST = Sort(User.created_at, User.id, descending=True)
PATH = "/api/v1/service-accounts"
AccountId = Annotated[UUID, Path(description="Of a service account")]
ApiKeyId = Annotated[UUID, Path(description="Of one of its API keys")]
router = Router(prefix="/service-accounts", tags=["service accounts"])


# Not the class itself: FastAPI would call it in a thread.
async def _services(request: Request, session: Session, current: CurrentUser) -> ServiceAccounts:
    return ServiceAccounts(session, request.app.state.settings, current)


Services = Annotated[ServiceAccounts, Depends(_services)]


@router.post(
    "",
    status_code=201,
    response_model=ServiceAccountRead,
    dependencies=[rate_limit(POLICY.api_key_rate)],
)
@require(WRITE_SERVICES)
async def create_service_account(services: Services, new: ServiceAccountCreate, response: Response) -> User:
    """Open an account for a program. It can do nothing until it has a key."""
    user = await services.create(new)
    response.headers["Location"] = f"{PATH}/{user.id}"
    return user


@router.get("")
@require(READ_SERVICES)
async def list_service_accounts(services: Services, paging: Paging) -> Page[ServiceAccountRead]:
    """Every service account, the newest first."""
    return await paginate(services.session, services.all(), NEWEST_FIRST, paging, ServiceAccountRead)


@router.get("/{account_id}", response_model=ServiceAccountRead)
@require(READ_SERVICES)
async def get_service_account(services: Services, account_id: AccountId) -> User:
    """One service account."""
    return await services.get(account_id)


@router.post("/{account_id}/api-keys", status_code=201, dependencies=[rate_limit(POLICY.api_key_rate)])
@require(WRITE_SERVICES)
@never_stored
async def create_service_key(
    services: Services, account_id: AccountId, new: ApiKeyCreate, response: Response
) -> ApiKeyIssued:
    """Make a key of a service account. It is shown in this answer and never again."""
    issued = await (await services.keys(account_id)).create(new)
    response.headers["Location"] = f"{PATH}/{account_id}/api-keys/{issued.id}"
    return issued


@router.get("/{account_id}/api-keys")
@require(READ_SERVICES)
async def list_service_keys(services: Services, account_id: AccountId, paging: Paging) -> Page[ApiKeyRead]:
    """The keys of a service account, the newest first."""
    keys = (await services.keys(account_id)).keys
    return await paginate(services.session, keys.mine(), NEWEST_KEY_FIRST, paging, ApiKeyRead)


@router.get("/{account_id}/api-keys/{api_key_id}", response_model=ApiKeyRead)
@require(READ_SERVICES)
async def get_service_key(services: Services, account_id: AccountId, api_key_id: ApiKeyId) -> ApiKey:
    """One key of a service account."""
    return await (await services.keys(account_id)).keys.get(api_key_id)


@router.delete("/{account_id}/api-keys/{api_key_id}", status_code=204)
@require(WRITE_SERVICES)
async def revoke_service_key(services: Services, account_id: AccountId, api_key_id: ApiKeyId) -> None:
    """End a key of a service account at once."""
    await (await services.keys(account_id)).revoke(api_key_id)


@router.post(
    "/{account_id}/api-keys/{api_key_id}/rotation",
    status_code=201,
    dependencies=[rate_limit(POLICY.api_key_rate)],
)
@require(WRITE_SERVICES)
@never_stored
async def rotate_service_key(
    services: Services,
    account_id: AccountId,
    api_key_id: ApiKeyId,
    rotation: ApiKeyRotation,
    response: Response,
) -> ApiKeyIssued:
    """Make a key that takes the place of this one, which lives on for a while: time to change over."""
    issued = await (await services.keys(account_id)).rotate(api_key_id, rotation)
    response.headers["Location"] = f"{PATH}/{account_id}/api-keys/{issued.id}"
    return issued
